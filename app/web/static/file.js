/* Puts a file that is chosen into the field beside it, where it can be read before it is sent. */
(function () {
  "use strict";
  [].forEach.call(document.querySelectorAll("input[type=file][data-into]"), function (file) {
    if (!window.FileReader) return;
    file.parentNode.hidden = false;
    file.addEventListener("change", function () {
      var reader = new FileReader();
      reader.onload = function () { document.getElementById(file.getAttribute("data-into")).value = reader.result; };
      if (file.files[0]) reader.readAsText(file.files[0]);
    });
  });
})();
