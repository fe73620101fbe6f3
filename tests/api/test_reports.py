"""The Board's reports: published figures of the past, recorded ones of our days."""

import csv
import io
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.workers.counting import count_stays
from tests.api.conftest import Gate, consignment, goods, lorry

Sessions = async_sessionmaker[AsyncSession]
CSV = {"Accept": "text/csv"}


async def report(gate: Gate, path: str, **query: Any) -> Any:
    gate.forget()
    answer = await gate.get(f"/v1/reports/{path}", params=query)
    assert 200 == answer.status_code, answer.text
    return answer.json()


async def line(gate: Gate, area: str, day: str, **query: Any) -> Any:
    """Return the one line of an area and day."""
    found = await report(gate, "daily", area=area, from_day=day, **query)
    (only,) = found["lines"]
    return only


async def pass_through(gate: Gate, entry: dict[str, Any], **exit_: Any) -> None:
    """Let an entry in and out again, as guards see it."""
    await gate.arrive(entry)
    for step, body in (("admission", {}), ("exit", exit_)):
        answer = await gate.post(f"/v1/entries/{entry['id']}/{step}", "border_guard", body)
        assert 200 == answer.status_code, answer.text


async def importing(gate: Gate, number: int, group: str = "ordinary") -> dict[str, Any]:
    load = consignment(goods(goods_group=group), declaration_number=f"10{number:010}")
    return await gate.register(**lorry(number, direction="import", consignments=[load]))


async def test_the_seeds_totals_come_out_with_their_source(gate: Gate) -> None:
    query = {"area": "platform-gates", "since": "2022-02-21", "to_day": "2023-12-01"}
    found = await report(gate, "cumulative", **query)
    totals = {one["figure"]: one for one in found["lines"][0]["totals"]}
    assert (182_468, 122_606, 305_074) == (
        totals["import"]["vehicles"], totals["export"]["vehicles"], totals["passed"]["vehicles"],
    )  # fmt: skip
    (part,) = totals["import"]["parts"]
    assert ("published", "2022-02-21", "2023-12-01") == (
        part["origin"], part["from_day"], part["to_day"],
    )  # fmt: skip
    assert (
        "article on the zone, 24 Dec 2023: counted up to 30 Nov 2023"
        == (part["published"]["source"])
    )
    assert ("exact", "published") == (part["published"]["qualifier"], part["published"]["basis"])
    assert (True, []) == (totals["import"]["complete"], totals["import"]["unknown"])
    assert "derived" == totals["passed"]["parts"][0]["published"]["qualifier"]


async def test_the_layout_of_22_august_2024(gate: Gate) -> None:
    found = await report(gate, "daily", from_day="2024-08-22")
    lines = {one["area"]: one for one in found["lines"]}
    assert 14 == len(lines)
    province = lines["province"]
    assert ("published", True, 1243) == (
        province["origin"], province["complete"], province["passed"],
    )  # fmt: skip
    assert {"vehicles": 328, "fruit": 234, "other": 94} == province["exports"]
    assert {"vehicles": 915, "goods": 865, "new_vehicles": 50} == province["imports"]
    assert "20:00" == province["stock"]["at"]
    assert {"vehicles": 369, "fruit": 216, "other": 153, "unregistered": None} == (
        province["stock"]["exports"]
    )
    huu_nghi = lines["huu-nghi"]
    assert (784, 0) == (huu_nghi["passed"], huu_nghi["turned_round"])
    assert {"vehicles": 220, "fruit": 138, "other": 82} == huu_nghi["exports"]
    assert {"vehicles": 564, "goods": 514, "new_vehicles": 50} == huu_nghi["imports"]
    tan_thanh = lines["tan-thanh"]
    assert (347, 0) == (tan_thanh["passed"], tan_thanh["turned_round"])
    assert {"vehicles": 95, "fruit": 87, "other": 8} == tan_thanh["exports"]
    assert {"vehicles": 252, "goods": None, "new_vehicles": None} == tan_thanh["imports"]
    assert (9, 103) == (lines["coc-nam"]["passed"], lines["chi-ma"]["passed"])
    assert {"Management Board in the press, Aug 2024"} == {
        one["source"] for line in lines.values() for one in line["published"]
    }
    assert all(one["counted"] for line in lines.values() for one in line["published"])
    assert ("unknown", None) == (lines["po-nhung"]["origin"], lines["po-nhung"]["passed"])


async def test_a_stock_of_another_hour_is_shown_and_is_not_the_one_at_20_00(gate: Gate) -> None:
    found = await line(gate, "three-gates", "2022-01-12")
    assert {None} == set(found["stock"]["exports"].values())
    assert {("morning", 1548, False), ("morning", 651, False)} == {
        (one["snapshot"], one["vehicles"], one["counted"]) for one in found["published"]
    }


async def test_once_the_platform_serves_a_gate_its_records_count_and_print_stands_beside(
    gate: Gate, sessions: Sessions
) -> None:
    gate.go_to("2024-08-22T08:00:00+07:00")
    await gate.register(**lorry(1, planned_arrival_at="2024-08-22T10:00:00+07:00"))
    await count_stays(sessions)
    tan_thanh = await line(gate, "tan-thanh", "2024-08-22")
    assert ("recorded", 0) == (tan_thanh["origin"], tan_thanh["passed"])
    assert (347, False) == next(
        (one["vehicles"], one["counted"])
        for one in tan_thanh["published"]
        if one["direction"] == "both"
    )
    province = await line(gate, "province", "2024-08-22")
    assert ("recorded", 0, ["tan-thanh"]) == (
        province["origin"], province["passed"], province["gates_counted"],
    )  # fmt: skip
    huu_nghi = await line(gate, "huu-nghi", "2024-08-22")
    assert ("published", 784) == (huu_nghi["origin"], huu_nghi["passed"])
    before = await line(gate, "tan-thanh", "2024-05-23")
    assert "unknown" == before["origin"]


async def test_a_day_of_ours_in_the_boards_columns(gate: Gate, sessions: Sessions) -> None:
    fruit = await gate.register()
    plain, empty = await gate.register(**lorry(1)), await gate.register(**lorry(2, consignments=[]))
    for entry in (fruit, plain, empty):
        await gate.move(entry)
    inward = await importing(gate, 3)
    car = await importing(gate, 4, "self-driven-import")
    gate.wait(minutes=30)
    await gate.call(3)
    for entry in (fruit, plain, empty, inward, car):
        await pass_through(gate, entry)
    gate.go_to("2026-03-12T08:00:00+07:00")
    await count_stays(sessions)
    found = await line(gate, "tan-thanh", "2026-03-11")
    assert (5, True, "recorded") == (found["passed"], found["complete"], found["origin"])
    assert {"vehicles": 3, "fruit": 1, "other": 2} == found["exports"]
    assert {"vehicles": 2, "goods": 1, "new_vehicles": 1} == found["imports"]
    assert (0, 0) == (found["turned_round"], found["turned_back"])
    assert {0} == set(found["stock"]["exports"].values())


async def test_a_vehicle_that_is_refused_is_turned_back_and_one_cancelled_is_no_traffic(
    gate: Gate, sessions: Sessions
) -> None:
    refused, cancelled = await gate.register(**lorry(1)), await gate.register(**lorry(2))
    await gate.move(refused)
    await gate.call(1)
    await gate.arrive(refused)
    path = f"/v1/entries/{refused['id']}/refusal"
    assert 200 == (await gate.post(path, "border_guard", {"reason": "a seal"})).status_code
    await gate.move(cancelled)
    assert (
        200
        == (await gate.post(f"/v1/entries/{cancelled['id']}/cancellation", "company-1")).status_code
    )
    await count_stays(sessions)
    found = await line(gate, "tan-thanh", "2026-03-11")
    assert (0, 1) == (found["passed"], found["turned_back"])


async def test_stock_is_who_had_come_and_not_left_at_20_00(gate: Gate, sessions: Sessions) -> None:
    fruit, late = await gate.register(), await gate.register(**lorry(1))
    await gate.move(fruit)
    sighting = {"way": "in", "plate": "15C-777.77", "direction": "export"}
    await gate.post("/v1/yards/bao-nguyen/movements", "yard", sighting)
    await count_stays(sessions)
    assert None is (await line(gate, "tan-thanh", "2026-03-11"))["stock"]["exports"]["vehicles"]
    gate.go_to("2026-03-11T20:00:01+07:00")
    await gate.move(late)
    await count_stays(sessions)
    stock = (await line(gate, "tan-thanh", "2026-03-11"))["stock"]["exports"]
    assert {"vehicles": 2, "fruit": 1, "other": 0, "unregistered": 1} == stock
    gate.go_to("2026-03-12T09:00:00+07:00")
    await gate.register(**lorry(7, vehicle={"tractor_plate": "15C-777.77", "payload_kg": 8000}))
    gate.go_to("2026-03-13T09:00:00+07:00")
    await count_stays(sessions)
    first = (await line(gate, "tan-thanh", "2026-03-11"))["stock"]["exports"]
    assert stock == first
    second = (await line(gate, "tan-thanh", "2026-03-12"))["stock"]["exports"]
    assert {"vehicles": 3, "fruit": 1, "other": 2, "unregistered": 0} == second


@pytest.mark.parametrize(
    ("left_at", "day"),
    [
        pytest.param("2026-03-11T23:59:59+07:00", "2026-03-11", id="the last second of a day"),
        pytest.param("2026-03-12T00:00:00+07:00", "2026-03-12", id="the first second of the next"),
        pytest.param("2026-03-11T16:59:59Z", "2026-03-11", id="before midnight, told in UTC"),
        pytest.param("2026-03-11T17:00:00Z", "2026-03-12", id="midnight, told in UTC"),
    ],
)
async def test_a_day_is_the_legal_day_of_the_gate_however_late_it_is_told(
    gate: Gate, sessions: Sessions, left_at: str, day: str
) -> None:
    entry = await importing(gate, 1)
    gate.go_to("2026-03-12T08:00:00+07:00")
    await pass_through(gate, entry, occurred_at=left_at, reason="line down")
    await count_stays(sessions)
    found = await report(
        gate, "daily", area="tan-thanh", from_day="2026-03-11", to_day="2026-03-13"
    )
    assert [day] == [one["day"] for one in found["lines"] if one["passed"]]


async def test_what_is_told_late_changes_the_day_it_happened(
    gate: Gate, sessions: Sessions
) -> None:
    first, second = await importing(gate, 1), await importing(gate, 2)
    await pass_through(gate, first)
    gate.go_to("2026-03-12T08:00:00+07:00")
    await count_stays(sessions)
    assert 1 == (await line(gate, "tan-thanh", "2026-03-11"))["passed"]
    at = {"occurred_at": "2026-03-11T15:00:00+07:00", "reason": "outage"}
    await pass_through(gate, second, **at)
    await count_stays(sessions)
    assert 2 == (await line(gate, "tan-thanh", "2026-03-11"))["passed"]
    assert 0 == (await line(gate, "tan-thanh", "2026-03-12"))["passed"]


async def test_by_hour_an_hour_without_entries_is_a_line_of_zeros(
    gate: Gate, sessions: Sessions
) -> None:
    await pass_through(gate, await importing(gate, 1))
    await count_stays(sessions)
    found = await report(gate, "daily", area="tan-thanh", from_day="2026-03-11", by="hour")
    lines = found["lines"]
    assert list(range(24)) == [one["hour"] for one in lines]
    assert {9: 1, 10: 0} == {hour: lines[hour]["passed"] for hour in (9, 10)}
    assert 1 == sum(one["passed"] for one in lines)
    assert {None} == {one["stock"] for one in lines}


async def test_by_lane_each_lane_has_a_line(gate: Gate, sessions: Sessions) -> None:
    fruit, plain = await gate.register(), await gate.register(**lorry(1))
    for entry in (fruit, plain):
        await gate.move(entry)
    await gate.call(2)
    await pass_through(gate, fruit)
    await count_stays(sessions)
    found = await report(gate, "daily", area="tan-thanh", from_day="2026-03-11", by="lane")
    assert {"green-season": 0, "green": 1, "ordinary": 0} == {
        one["lane"]: one["passed"] for one in found["lines"]
    }


async def test_a_gate_that_the_platform_does_not_serve_is_not_known_and_not_zero(
    gate: Gate, sessions: Sessions
) -> None:
    await importing(gate, 1)
    await count_stays(sessions)
    found = await line(gate, "na-hinh", "2026-03-11")
    assert ("unknown", None) == (found["origin"], found["passed"])
    split = await report(gate, "daily", area="na-hinh", from_day="2026-03-11", by="hour")
    assert [] == split["lines"]


async def test_gates_add_up_to_the_province_and_days_to_the_total(
    gate: Gate, sessions: Sessions
) -> None:
    for number, where in enumerate(("tan-thanh", "huu-nghi", "huu-nghi"), start=1):
        load = consignment(goods(), declaration_number=f"10{number:010}")
        entry = await gate.register(
            **lorry(number, gate=where, direction="import", consignments=[load])
        )
        await pass_through(gate, entry)
        gate.wait(hours=20)
    await count_stays(sessions)
    daily = await report(gate, "daily", from_day="2026-03-11", to_day="2026-03-14")
    days = sorted({one["day"] for one in daily["lines"]})
    so_far = 0
    for number, day in enumerate(days):
        lines = {one["area"]: one for one in daily["lines"] if one["day"] == day}
        gates = [lines[code]["passed"] for code in ("tan-thanh", "huu-nghi")]
        assert lines["province"]["passed"] == sum(filter(None, gates))
        end = (*days, daily["to_day"])[number + 1]
        total = await report(gate, "cumulative", area="province", since=days[0], to_day=end)
        figures = {one["figure"]: one["vehicles"] for one in total["lines"][0]["totals"]}
        assert lines["province"]["passed"] == figures["passed"] - so_far
        so_far = figures["passed"]
    assert 3 == so_far


async def test_published_and_recorded_days_of_a_total_share_no_day(
    gate: Gate, sessions: Sessions
) -> None:
    await pass_through(gate, await importing(gate, 1))
    await count_stays(sessions)
    query = {"area": "platform-gates", "since": "2022-02-21", "to_day": "2026-03-12"}
    found = await report(gate, "cumulative", **query)
    (total,) = (one for one in found["lines"][0]["totals"] if one["figure"] == "import")
    assert 182_468 + 1 == total["vehicles"]
    assert not total["complete"]
    assert [("published", "2023-12-01"), ("recorded", "2026-03-12")] == [
        (part["origin"], part["to_day"]) for part in total["parts"]
    ]
    assert [{"from_day": "2023-12-01", "to_day": "2026-03-11"}] == total["unknown"]


async def test_waits_are_open_seconds_to_the_call_by_nearest_rank(
    gate: Gate, sessions: Sessions
) -> None:
    entries = []
    for number in range(1, 5):
        entries.append(await gate.register(**lorry(number)))
        await gate.move(entries[-1])
        gate.wait(minutes=10)
    await gate.call(3)
    for entry in entries[:2]:
        await gate.arrive(entry)
    await count_stays(sessions)
    found = await report(gate, "waits", area="tan-thanh")
    assert "nearest-rank" == found["method"]
    lines = {(one["direction"], one["lane"]): one for one in found["lines"]}
    assert 8 == len(lines)
    for lane in ("ordinary", None):
        one = lines["export", lane]
        assert (2, 1800, 2400, 2400) == (
            one["vehicles"], one["p50_seconds"], one["p90_seconds"], one["p95_seconds"],
        )  # fmt: skip
    assert (0, None) == tuple(
        lines["export", "green"][name] for name in ("vehicles", "p50_seconds")
    )
    hours = (await report(gate, "waits", area="tan-thanh", by="hour"))["lines"]
    assert [(9, 2)] == [
        (one["hour"], one["vehicles"]) for one in hours if one["lane"] is None and one["vehicles"]
    ]


async def test_where_nobody_is_called_the_wait_is_to_admission_and_closed_hours_do_not_count(
    gate: Gate, sessions: Sessions
) -> None:
    entry = await importing(gate, 1)
    gate.go_to("2026-03-11T19:00:00+07:00")
    await gate.arrive(entry)
    gate.go_to("2026-03-12T08:00:00+07:00")
    await gate.post(f"/v1/entries/{entry['id']}/admission", "border_guard")
    await count_stays(sessions)
    found = await report(gate, "waits", area="tan-thanh", from_day="2026-03-12", by="day")
    (one,) = (one for one in found["lines"] if one["vehicles"] and one["lane"] is None)
    assert ("import", "2026-03-12", 7200) == (one["direction"], one["day"], one["p50_seconds"])


async def test_a_report_says_until_when_what_was_recorded_is_in_it(
    gate: Gate, sessions: Sessions
) -> None:
    await importing(gate, 1)
    await count_stays(sessions)
    gate.wait(minutes=5)
    await importing(gate, 2)
    gate.wait(minutes=5)
    behind = await report(gate, "daily")
    assert "2026-03-11T09:05:00+07:00" == behind["recorded_until"]
    await count_stays(sessions)
    assert "2026-03-11T09:10:00+07:00" == (await report(gate, "daily"))["recorded_until"]


async def test_excel_opens_the_file_with_vietnamese_letters_and_cells(gate: Gate) -> None:
    answer = await gate.get(
        "/v1/reports/daily?area=huu-nghi&from_day=2024-08-22&format=csv",
        headers={"Accept-Language": "vi"},
    )
    assert "text/csv; charset=utf-8" == answer.headers["content-type"]
    assert 'attachment; filename="daily.csv"' == answer.headers["content-disposition"]
    first, _, rest = answer.content.partition(b"\r\n")
    assert first == (
        b"\xef\xbb\xbf"
        + (
            "Ngày;Mã cửa khẩu, khu vực;Cửa khẩu, khu vực;Luồng;Giờ;Nguồn số liệu;Xe thông quan;"
            "Xuất khẩu;Xuất khẩu: hoa quả;Xuất khẩu: hàng khác;Nhập khẩu;Nhập khẩu: hàng hóa;"
            "Nhập khẩu: xe mới;Quay đầu sang cửa khẩu khác;Bị từ chối, quay lại;"
            "Tồn 20:00, xuất khẩu;Tồn 20:00, xuất khẩu: hoa quả;Tồn 20:00, xuất khẩu: hàng khác;"
            "Tồn 20:00, xuất khẩu: chưa khai báo;Tồn 20:00, nhập khẩu;"
            "Tồn 20:00, nhập khẩu: hàng hóa;Tồn 20:00, nhập khẩu: xe mới;"
            "Tồn 20:00, nhập khẩu: chưa khai báo;Cửa khẩu được tính;Ghi chú;Trích dẫn"
        ).encode()
    )
    text = answer.content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    assert ("Cửa khẩu quốc tế Hữu Nghị", "784", "138", "") == (
        row["Cửa khẩu, khu vực"], row["Xe thông quan"], row["Xuất khẩu: hoa quả"],
        row["Bị từ chối, quay lại"],
    )  # fmt: skip
    assert "Đã công bố" == row["Nguồn số liệu"]
    assert rest.endswith(b"\r\n")
    assert "Management Board in the press, Aug 2024" == row["Trích dẫn"]


@pytest.mark.parametrize(
    ("query", "headers", "media", "separator"),
    [
        ("", {}, "application/json", None),
        ("", {"Accept": "text/csv"}, "text/csv", ","),
        ("", {"Accept": "application/json, text/csv;q=0.9"}, "application/json", None),
        ("", {"Accept": "text/csv, application/json;q=0.9"}, "text/csv", ","),
        ("", {"Accept": "*/*"}, "application/json", None),
        ("&format=json", {"Accept": "text/csv"}, "application/json", None),
        ("&format=csv&separator=tab", {}, "text/csv", "\t"),
        ("&format=csv", {"Accept-Language": "vi"}, "text/csv", ";"),
        ("&format=csv", {"Accept-Language": "zh"}, "text/csv", ","),
    ],
)
async def test_a_reader_chooses_how_a_report_is_written(
    gate: Gate, query: str, headers: dict[str, str], media: str, separator: str | None
) -> None:
    path = f"/v1/reports/waits?area=tan-thanh{query}"
    answer = await gate.get(path, headers=headers)
    assert media == answer.headers["content-type"].partition(";")[0]
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))
    if separator:
        rows = list(
            csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=separator)
        )
        assert {10} == {len(row) for row in rows}


async def test_a_total_as_a_file_has_a_row_for_each_part_and_each_gap(gate: Gate) -> None:
    path = "/v1/reports/cumulative?area=platform-gates&since=2022-02-21&to_day=2024-01-01"
    answer = await gate.get(path, headers=CSV)
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    imports = [row for row in rows if row["Figure"] == "Import"]
    assert [("2022-02-21", "182468", "Published"), ("2023-12-01", "", "Not known")] == [
        (row["From"], row["Vehicles"], row["Origin"]) for row in imports
    ]
    assert imports[0]["Source"].startswith("article on the zone")


async def test_a_report_need_not_be_sent_again(gate: Gate) -> None:
    first = await gate.get("/v1/reports/daily?from_day=2024-08-22")
    assert "public, max-age=10" == first.headers["cache-control"]
    again = await gate.get(
        "/v1/reports/daily?from_day=2024-08-22", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (304, b"") == (again.status_code, again.content)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("daily?from_day=2024-08-22&to_day=2024-08-22", "empty-validity"),
        ("daily?from_day=2024-08-22&to_day=2025-08-24", "period-too-long"),
        ("daily?from_day=2024-08-22&to_day=2024-09-23&by=hour", "period-too-long"),
        ("daily?area=nowhere", "unknown-code"),
        ("waits?from_day=2024-08-22&to_day=2025-08-24", "period-too-long"),
        ("cumulative?since=2024-08-22&to_day=2024-08-21", "empty-validity"),
        ("daily?by=colour", "invalid-request"),
        ("daily?format=xml", "invalid-request"),
    ],
)
async def test_what_no_report_can_answer_is_refused(gate: Gate, query: str, code: str) -> None:
    answer = await gate.get(f"/v1/reports/{query}")
    assert (422, code) == (answer.status_code, answer.json()["code"])


async def test_tomorrow_has_no_report_yet(gate: Gate) -> None:
    assert [] == (await report(gate, "daily", from_day="2026-03-12"))["lines"]
    found = await report(
        gate, "daily", area="tan-thanh", from_day="2026-03-10", to_day="2026-04-01"
    )
    assert [("2026-03-10", True), ("2026-03-11", False)] == [
        (one["day"], one["complete"]) for one in found["lines"]
    ]
