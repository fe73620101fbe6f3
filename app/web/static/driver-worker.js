/* Shows a driver's page as it was last, where there is no network: exactly that page, its style and
   its script. It keeps nothing by itself; the page says what to keep. */
"use strict";
const KEPT = "driver", PATIENCE = 12000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const asked = event.request, url = new URL(asked.url);
  if (asked.method !== "GET" || url.origin !== self.location.origin) return;
  if (asked.mode === "navigate") event.respondWith(page(asked));
  else if (url.pathname.includes("/assets/")) event.respondWith(part(asked));
});

const kept = (asked) => caches.match(asked, { ignoreVary: true, cacheName: KEPT });

/* From the network, and where that fails or takes too long, the copy, which says that it is one. */
async function page(asked) {
  const copy = await kept(asked);
  if (!copy) return fetch(asked);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  try {
    const answer = await Promise.race([fetch(asked), late]);
    if (answer && answer.status < 500) return answer;
  } catch (error) { /* there is no network */ }
  const text = await copy.text();
  return new Response(text.replace('data-copy="no"', 'data-copy="yes"'), { headers: copy.headers });
}

async function part(asked) {
  return (await kept(asked)) || fetch(asked);
}
