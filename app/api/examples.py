"""What a reader can paste: an example of every request, and a word on every parameter.

They stand here, so that the routes stay short. What a route or a schema says itself is kept.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from app.api.tariff_example import EDITION

SCHEMA_PATH: Final = "#/components/schemas/"
JSON: Final = "application/json"
ID: Final = "019c7d2e-4f60-7c1a-9b1e-6d2a8f0c3b55"
OTHER_ID: Final = "019c7d2e-4f60-7c1a-9b1e-6d2a8f0c3b56"

SIGNED: Final = "eyJhbGciOiJFZERTQSIsImtpZCI6Ii4uLiIsInR5cCI6ImdhdGUtcGFzcyJ9.eyJ2IjoxfQ.c2lnbmVk"

COSIGNED: Final = (
    "border-gate/tan-thanh/export\n1742\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— witness.example x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg\n"
)

_GOODS: Final = {
    "goods_group": "fresh-produce-export",
    "product": "durian",
    "hs_code": "0810.60.00",
    "gross_kg": 14000,
    "customs_value_vnd": 900_000_000,
}
_DECLARATION: Final = {
    "gate": "tan-thanh",
    "direction": "export",
    "planned_arrival_at": "2026-05-15T10:00:00+07:00",
    "client_reference": "DN-2026-00417",
    "vehicle": {"tractor_plate": "12C-000.17", "payload_kg": 15000},
    "consignments": [
        {"declaration_number": "309900000015", "regime": "B11", "lines": [_GOODS]},
    ],
    "documents": {
        "phytosanitary_certificate": {"number": "KD-2026-00001", "status": "issued"},
        "growing_area_code": "VN-TGOR-0095",
        "packing_house_code": "VN-TGPH-0012",
        "test_documents": ["auramine-o-test", "cadmium-test"],
    },
    "driver": {"name": "Nguyễn Văn An", "phone": "0912 345 678"},
}

REQUESTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "register_entry": {
        "A truck of durian": _DECLARATION,
        "An empty truck that comes to load": {
            "gate": "tan-thanh",
            "direction": "import",
            "vehicle": {"tractor_plate": "29H-123.45", "payload_kg": 8000},
        },
    },
    "name_payer": {
        "A company of Vietnam": {"name": "Công ty TNHH Ví Dụ", "tax_code": "9900123459"},
        "A company of China": {
            "name": "广西示例进出口有限公司",
            "country": "CN",
            "tax_code": "91450000MA5KUD1236",
        },
        "A person": {"name": "Nguyễn Văn An"},
    },
    "open_shift": {
        "A till with change": {
            "gate": "tan-thanh",
            "opening_float": {"amount": 2000000, "currency": "VND"},
        }
    },
    "take_payment": {
        "Cash": {
            "code": "20260311-0C3FHMFY6",
            "amount": {"amount": 350000, "currency": "VND"},
            "channel": "cash",
        }
    },
    "close_shift": {
        "By notes": {"denominations": [{"note": 500000, "count": 12}, {"note": 50000, "count": 7}]},
        "By a total": {"counted": {"amount": 6350000, "currency": "VND"}},
    },
    "make_bundle": {"Two orders": {"orders": [ID, OTHER_ID]}},
    "notify_payment": {
        "What a bank made of a transfer": {
            "source_reference": "FT26070123456789",
            "amount": {"amount": 350000, "currency": "VND"},
            "purpose": "NOP PHI CUA KHAU 202603110C3FHMFY6 12C00017",
            "paid_at": "2026-03-11T09:02:11+07:00",
        },
    },
    "settle_payment": {
        "It pays an order; what is left goes back": {
            "orders": [ID],
            "reason": "The payer named the order that was replaced",
        },
        "All of it goes back": {"orders": [], "reason": "Paid twice, as the payer confirms"},
    },
    "record_remittance": {
        "All that is due of March": {
            "to_day": "2026-04-01",
            "amount": {"amount": 1417500000, "currency": "VND"},
            "reference": "KBNN-2026-0401",
        },
    },
    "renew_bank_secret": {"A day's overlap": {"overlap_hours": 24}},
    "register_batch": {
        "Two trucks": {
            "mode": "all-or-nothing",
            "rows": [
                _DECLARATION,
                {
                    "gate": "tan-thanh",
                    "direction": "export",
                    "client_reference": "DN-2026-00418",
                    "vehicle": {"tractor_plate": "12C-000.18", "payload_kg": 15000},
                },
            ],
        },
    },
    "amend_entry": {
        "Another driver": {"driver": {"name": "Trần Thị Bình", "phone": "0987 654 321"}},
        "The certificate has come": {
            "documents": {
                "phytosanitary_certificate": {"number": "KD-2026-00001", "status": "issued"}
            }
        },
    },
    "add_party": {"A carrier": {"party": "carrier", "tax_code": "9900123473"}},
    "delegate_entries": {
        "A forwarder for a year": {
            "party": "carrier",
            "tax_code": "9900123473",
            "ends_at": "2027-05-15T00:00:00+07:00",
        }
    },
    "export_subject": {"By a document": {"document_number": "024098001234"}},
    "erase_subject": {"By a document": {"document_number": "024098001234"}},
    "search_entries": {
        "By a document": {"document_number": "024098001234", "purpose": "border-control"},
        "By a phone": {"phone": "0912 345 678", "purpose": "contact-driver"},
    },
    "open_commitments": {
        "A complaint": {"purpose": "complaint", "reason": "Complaint 2026-031 on the calls of May"},
    },
    "record_check": {
        "Passed": {"kind": "medical", "result": "passed", "source_reference": "YT-2026-0815"},
        "Failed": {"kind": "medical", "result": "failed", "reason": "Fever; sent to be examined"},
    },
    "record_checks": {
        "Two entries": {
            "checks": [
                {"entry": ID, "kind": "medical", "result": "passed", "source_reference": "YT-1"},
                {"entry": OTHER_ID, "kind": "medical", "result": "failed", "reason": "Fever"},
            ]
        },
    },
    "request_check": {
        "Plant quarantine": {"kind": "plant_quarantine", "reason": "Soil on the pallets"},
    },
    "waive_check": {
        "Medical": {"kind": "medical", "reason": "Seen at the other gate an hour ago"},
    },
    "confirm_ground": {
        "Relief": {
            "ground": "disaster-relief",
            "document_reference": "QĐ-412/2026",
            "reason": "Rice for the flooded districts, seen with its order",
        },
    },
    "withdraw_ground": {
        "Relief": {
            "ground": "disaster-relief",
            "reason": "The order names another vehicle",
        },
    },
    "place_hold": {
        "A stop": {"reason": "The seal is broken", "source_reference": "HQ-2026-0031"},
    },
    "assign_exception": {"To a colleague": {"assigned_to": "officer-2"}},
    "settle_exception": {
        "With a reason": {"reason": "The guard waved it through to clear the road"},
        "A contested plate": {"reason": "Papers seen at the yard", "entry": ID},
    },
    "report_difficulty": {
        "With an entry": {
            "entry": ID,
            "rule": "GL-07",
            "words": "The growing-area code is on the list since Monday, and is still refused.",
            "may_publish": True,
        },
        "With a gate": {"gate": "tan-thanh", "words": "No water at the yard for two days."},
    },
    "report_difficulty_by_link": {
        "From the road": {"words": "Two vehicles were let past the barrier without a call."},
    },
    "assign_difficulty": {"To a colleague": {"assigned_to": "officer-2"}},
    "answer_difficulty": {
        "With a reason": {"reason": "The list was read anew this morning; the code is known now."},
    },
    "publish_difficulty": {
        "Without names": {
            "question": "A growing-area code that was on the list was refused.",
            "answer": "The list was read a day late. It is now read each morning.",
        },
    },
    "appeal_strike": {
        "A breakdown": {
            "reason": "The tyre burst at kilometre 3; the recovery service has the bill."
        },
    },
    "decide_strike": {
        "Lifted": {"decision": "lifted", "reason": "The bill was seen; nothing could be done."},
        "Upheld": {"decision": "upheld", "reason": "The camera shows it parked all morning."},
    },
    "add_webhook": {
        "Calls at one gate": {
            "url": "https://hooks.example.com/border-gate",
            "kinds": ["call.made", "call.reminded"],
            "gate": "tan-thanh",
        },
        "Everything": {"url": "https://hooks.example.com/border-gate"},
    },
    "change_webhook": {"A pause": {"state": "paused"}},
    "rotate_webhook_secret": {"Two days for both": {"overlap_hours": 48}},
    "replay_webhook": {"From a position": {"after": 48213}},
    "report_outage": {
        "A power cut": {
            "starts_at": "2026-05-15T08:00:00+07:00",
            "ends_at": "2026-05-15T09:30:00+07:00",
            "reason": "Power cut at the gate",
        }
    },
    "propose_policy": {
        "From a day on": {
            "code": "queue-policy-2027-01",
            "starts_on": "2027-01-01",
            "title": {"vi": "Chính sách hàng chờ 2027", "en": "Queue policy 2027"},
            "bound": {
                "vi": "Xe luồng xanh chỉ được gọi trước khi đã chờ ít nhất một phần ba.",
                "en": "A green-lane vehicle is called first once it has waited a third as long.",
            },
            "lanes": [
                {"lane": "green-season", "rate": 4},
                {"lane": "green", "rate": 3},
                {"lane": "ordinary", "rate": 1},
            ],
            "capacity_shares": [{"green-season": 10, "green": 25}],
            "source": "Decision of the Board of 2 December 2026",
        },
        "An emergency": {
            "code": "queue-policy-emergency-1",
            "emergency": {
                "hours": 24,
                "reason": "4,800 vehicles stand at the gate",
                "notice": {"vi": "Luồng xanh tạm thời như luồng thường", "en": "One lane for all"},
            },
            "title": {"vi": "Chính sách khẩn cấp", "en": "Emergency policy"},
            "bound": {"vi": "Ai đến trước gọi trước.", "en": "Who came first is called first."},
            "lanes": [
                {"lane": "green-season", "rate": 1},
                {"lane": "green", "rate": 1},
                {"lane": "ordinary", "rate": 1},
            ],
            "capacity_shares": [{"green": 30}],
            "source": "Decision of the Board of 2 December 2026",
        },
    },
    "import_tariff": {"One class, one price": EDITION},
    "propose_tariff": {
        "One price and one share": {
            "code": "tariff-2027-01",
            "base": "tariff-2025-09",
            "starts_on": "2027-01-01",
            "source": "Resolution 15/2026/NQ-HĐND, annex",
            "legal_reference": {"number": "15/2026/NQ-HĐND", "issued_on": "2026-12-08"},
            "cells": [
                {
                    "goods_group": "ordinary",
                    "vehicle_class": "4t-to-10t",
                    "amount": {"amount": 320000, "currency": "VND"},
                }
            ],
            "shares": [{"code": "inland-import", "basis_points": 12500}],
        }
    },
    "record_inspection": {
        "Weighed again": {
            "payload_kg": 7900,
            "reason": "Weighed again: 7.9 t instead of 20 t",
            "document_reference": "CAN-2026-0417",
        },
        "Other goods": {"goods_group": "ordinary", "reason": "Machine parts under the fruit"},
        "As declared after all": {"payload_kg": None, "reason": "The scales were wrong"},
    },
    "propose_reduction": {
        "Half the price for lychee of a season": {
            "code": "lychee-2027",
            "names": {"vi": "Giảm phí mùa vải 2027", "en": "Reduction for the lychees of 2027"},
            "legal_reference": {"document": "18/2027/NQ-HĐND", "article": "Article 2"},
            "basis": "published",
            "basis_points": 5000,
            "scope": {
                "directions": ["export"],
                "goods_groups": ["fresh-produce-export"],
                "products": ["lychee"],
            },
            "starts_on": "2027-05-15",
            "ends_on": "2027-08-01",
        },
        "An exemption at one gate": {
            "code": "flood-relief-2027",
            "names": {"vi": "Miễn phí cứu trợ lũ lụt", "en": "Exemption for flood relief"},
            "legal_reference": {"document": "21/2027/NQ-HĐND"},
            "basis_points": 10000,
            "scope": {"gates": ["huu-nghi"], "payers": ["9900123459"]},
            "starts_on": "2027-09-12",
        },
    },
    "withdraw_reduction": {"The flood is over": {"reason": "The flood is over"}},
    "withdraw_tariff": {"Put off": {"reason": "The Council has put it off"}},
    "withdraw_policy": {"The queue has dissolved": {"reason": "The queue has dissolved"}},
    "propose_override": {
        "A danger": {"entry": "019c7d2e-4f60-7c1a-9b1e-6d2a8f0c3b55", "reason": "danger"}
    },
    "post_notice": {
        "A pause until further notice": {
            "kind": "pause",
            "gate": "tan-thanh",
            "direction": "export",
            "text": {"vi": "Tạm dừng do mưa lớn", "en": "Paused: heavy rain"},
        },
        "What the other side takes": {
            "kind": "counterpart-limit",
            "gate": "tan-thanh",
            "direction": "export",
            "goods_group": "fresh-produce-export",
            "starts_at": "2030-05-15T07:00:00+07:00",
            "ends_at": "2030-05-18T19:00:00+07:00",
            "per_day": 120,
            "text": {
                "vi": "Phía bạn chỉ nhận 120 xe trái cây mỗi ngày",
                "zh": "对方每日限120车水果",
            },
        },
    },
    "lift_notice": {"It is over": {"reason": "The rain has stopped"}},
    "place_scoped_hold": {
        "A vehicle": {"plate": "12C-000.17", "reason": "Sought by the police, letter 88"},
        "A consignment": {"declaration_number": "309900000015", "reason": "To be sampled"},
    },
    "lift_scoped_hold": {"Settled": {"reason": "Letter 88 is withdrawn"}},
    "lift_hold": {"Settled": {"reason": "Sealed again, protocol 31"}},
    "record_admission": {"Now": {}, "With the gate's own number": {"source_reference": "BP-0815"}},
    "record_exit": {"Now": {}},
    "record_acceptance": {
        "With its number": {"number": "YYG-20260311-0042", "source_reference": "BP-0817"},
    },
    "record_refusal": {"With a reason": {"reason": "The other side takes no more today"}},
    "cancel_entry": {"With a reason": {"reason": "The buyer cancelled"}},
    "record_movement": {
        "By plate": {"way": "in", "plate": "12C-000.17", "direction": "export"},
        "By reference": {"way": "out", "reference": "E4K7-9QXPM2"},
        "With what is on it": {
            "way": "in",
            "reference": "E4K7-9QXPM2",
            "vehicle": {"trailer_plate": "12R-000.44", "containers": ["CSQU3054383"]},
        },
    },
    "send_messages": {
        "A plate camera": {
            "messages": [
                {
                    "adapter": "plate-camera",
                    "source_reference": "CAM1-000817",
                    "occurred_at": "2026-03-11T08:41:07+07:00",
                    "plate": "12C-000.17",
                    "confidence": 97,
                    "alternatives": [{"plate": "12C-000.11", "confidence": 61}],
                    "direction": "export",
                    "vehicle_class": "articulated",
                }
            ]
        },
        "Customs": {
            "messages": [
                {
                    "adapter": "customs",
                    "source_reference": "HQ-2026-0031",
                    "occurred_at": "2026-03-11T08:40:00+07:00",
                    "kind": "customs_clearance",
                    "result": "passed",
                    "declaration_number": "309900000015",
                }
            ]
        },
    },
    "resolve_message": {
        "Of this entry": {"entry": ID, "reason": "The plate is muddy; seen in the picture"},
        "Of nobody": {"discard": True, "reason": "A staff car"},
    },
    "register_source": {
        "A camera": {
            "code": "camera-huu-nghi",
            "adapter": "plate-camera",
            "organisation": "Border Gate Management Centre",
            "gate": "huu-nghi",
            "least_confidence": 95,
        }
    },
    "change_source": {
        "Trusted less": {"least_confidence": 97},
        "Retired": {"retired": True},
    },
    "record_arrival": {
        "By plate": {"gate": "tan-thanh", "plate": "12C-000.17", "direction": "export"},
    },
    "call_next_vehicles": {"Three": {"count": 3}},
    "withdraw_call": {"A mistake": {"reason": "Called for the wrong gate"}},
    "defer_entry": {"Four hours": {"minutes": 240}},
    "substitute_vehicle": {
        "Another tractor": {
            "change": {"vehicle": {"tractor_plate": "12C-000.18"}},
            "reason": "The first one broke down on the way",
        },
        "Another container": {
            "change": {"vehicle": {"containers": [{"number": "CSQU3054383", "length_ft": 40}]}},
            "reason": "The cooling failed",
        },
    },
    "divert_entry": {
        "To Hữu Nghị": {"gate": "huu-nghi", "reason": "The road to Tân Thanh is blocked"},
    },
    "record_receiving_vehicle": {
        "Into the gate": {"plate": "12C-000.99", "way": "in", "source_reference": "BP-0816"},
    },
    "check_pass": {
        "At the gate": {"jws": SIGNED, "plate": "12C-000.17", "gate": "tan-thanh"},
        "In a yard that serves it": {
            "jws": SIGNED,
            "plate": "12C-000.17",
            "gate": "tan-thanh",
            "direction": "export",
            "use": "yard",
        },
    },
    "refuse_substitution": {"With a reason": {"reason": "The trailer is another one"}},
    "record_payment": {
        "By transfer": {
            "amount": {"amount": 350_000, "currency": "VND"},
            "source_reference": "FT26135000815",
        },
    },
    "ask_correction": {
        "Another payer": {
            "reason": "The name of the branch was left out",
            "payer": {"name": "Công ty TNHH Ví Dụ - Chi nhánh 2", "tax_code": "9900123459"},
        },
    },
    "request_refund": {
        "Weighed again": {
            "reason": "Weighed again: 7.9 t instead of 20 t",
            "documents": ["CAN-2026-0417"],
            "payee": {"name": "CONG TY TNHH VI DU", "account": "0123456789", "bank": "970436"},
        },
    },
    "open_refund": {
        "Cancelled before it came": {
            "order": ID,
            "reason": "The buyer cancelled; the truck never left the orchard",
            "documents": ["HUY-2026-0417"],
            "payee": {"name": "CONG TY TNHH VI DU", "account": "0123456789", "bank": "970436"},
        },
    },
    "refuse_refund": {"Another account": {"reason": "The account is not the payer's"}},
    "record_refund_payment": {"By transfer": {"reference": "FT26135000999"}},
    "make_organisation": {
        "A company": {"name": "Ví Dụ Logistics", "kind": "company", "tax_code": "9900123459"},
        "An agency": {"name": "Customs of Tân Thanh", "kind": "agency", "agency": "customs"},
    },
    "verify_organisation": {
        "Confirmed": {"verified": True},
        "Taken back": {"verified": False, "reason": "The tax code has been closed"},
    },
    "make_client": {"The system of a desk": {"name": "fleet-desk"}},
    "invite_member": {
        "A clerk": {
            "name": "desk-lan",
            "display_name": "Nguyễn Thị Lan",
            "email": "lan@vidu.example",
            "role": "clerk",
        },
    },
    "change_member_role": {"A manager": {"role": "manager", "personal": False}},
    "give_key": {"To register": {"scopes": ["read", "act"], "valid_days": 365}},
    "rotate_key": {
        "With a day for both": {"overlap_hours": 24},
        "At once": {"overlap_hours": 0},
    },
    "cosign_checkpoint": {"A checkpoint with a witness's line": {"note": COSIGNED}},
    "move_clock": {"A day in a minute": {"now": "2030-01-02T08:00:00+07:00", "speed": 1440}},
}


class Word(NamedTuple):
    """What a parameter means, and a value of it."""

    description: str
    example: str | int | list[str]


PARAMETERS: Final[Mapping[str, Word]] = {
    "entry": Word("The id of an entry.", ID),
    "hold": Word("The id of a hold.", ID),
    "batch": Word("The id of a batch.", ID),
    "quote": Word("The id of a kept quote.", ID),
    "outcome": Word("Only the rows with that outcome.", "refused"),
    "source": Word("The code of a source of messages.", "camera-tan-thanh"),
    "message": Word("The id of a message.", ID),
    "quarantined_for": Word("Why a message waits.", "low-confidence"),
    "received_before": Word("Received before.", "2026-02-21T08:00:00+07:00"),
    "authority": Word("Who placed the hold: an agency or a role.", "customs"),
    "exception": Word("The id of an exception.", ID),
    "delegation": Word("The id of a delegation.", ID),
    "side": Word("Given by you, or received.", "received"),
    "party": Word("Only those who are that party.", "carrier"),
    "standing": Word("Only those of all entries, or of single ones.", example=True),
    "ended": Word("Only those that have ended, or that have not.", example=False),
    "difficulty": Word("The id of a difficulty.", ID),
    "answered": Word("Whether to list the answered ones; else the open ones.", example=True),
    "notice": Word("The id of a notice.", ID),
    "in_force_at": Word("In force at that instant.", "2026-02-21T08:00:00+07:00"),
    "kinds": Word("Only these kinds of events.", ["call.made"]),
    "webhook": Word("The id of a webhook.", ID),
    "session": Word("The id of a session of yours.", ID),
    "strike": Word("The id of a strike.", ID),
    "organisation": Word("The id of an organisation.", ID),
    "client": Word("The id of a client.", ID),
    "member": Word("The id of a member.", ID),
    "key": Word("The id of a key, which is not the key.", ID),
    "verified": Word("Only those that are, or that are not yet.", example=False),
    "tax_code": Word("The tax code of a company.", "9900123466"),
    "name": Word("The whole name.", "Sandbox company 1"),
    "undecided": Word("Only those appealed that nobody has decided on yet.", example=True),
    "outage": Word("The id of an outage.", ID),
    "policy_proposal": Word("The id of what the board proposed.", ID),
    "reduction": Word("The code of a reduction.", "flood-relief-2027"),
    "reduction_proposal": Word("The id of what the board proposed.", ID),
    "tariff_proposal": Word("The id of the draft.", ID),
    "month": Word("The month; without it the last whole one.", "2026-11"),
    "starts_on": Word("The legal day from which it is in force.", "2027-01-01"),
    "other": Word("The code of the edition to compare with.", "queue-policy-2022-02"),
    "override": Word("The id of an override.", ID),
    "rule": Word("The code of a rule.", "plate-contested"),
    "substitution": Word("The id of a substitution.", ID),
    "settled": Word("Whether to list the settled ones; else the open ones.", example=True),
    "assigned_to": Word("The name of who it is assigned to.", "officer-2"),
    "kind": Word("A kind of check.", "plant_quarantine"),
    "call": Word("The id of a call.", ID),
    "order": Word("The id of an order.", ID),
    "order_code": Word(
        "The code of an order, as the text of its transfer has it.", "20260311-0C3FHMFY6"
    ),
    "shift": Word("The id of a shift.", ID),
    "bundle": Word("The id of a bundle.", ID),
    "source_reference": Word("The reference of whoever took it.", "FT26070123456789"),
    "received_from": Word("Received then or later.", "2026-03-11T00:00:00+07:00"),
    "gate": Word("The code of a gate.", "tan-thanh"),
    "yard": Word("The code of a yard.", "bao-nguyen"),
    "route": Word("The code of a route of the gate.", "1088-2-1089"),
    "code": Word("The code of an edition.", "tariff-2025-09"),
    "token": Word("The last part of a tracking link.", "Zx3vQ0m1b7n2k9s4"),
    "direction": Word("The way through the gate; `export` is Vietnam to China.", "export"),
    "state": Word("Where the entry stands on its way.", "queued"),
    "lookup": Word("The lookup code of a receipt, as its paper has it.", "7K3QX-9MPM2-0V4TD-HB6RC"),
    "series": Word("The series of a receipt.", "TT-2026"),
    "number": Word("The number of a receipt in its series.", 147),
    "issued_from": Word("Issued at or after.", "2026-02-21T00:00:00+07:00"),
    "issued_before": Word("Issued before.", "2026-02-22T00:00:00+07:00"),
    "refund": Word("The id of a refund.", ID),
    "receipt": Word("The id of a receipt.", ID),
    "payment": Word("The id of a payment.", ID),
    "cause": Word("What made it due.", "repriced"),
    "lane": Word("The lane of the entry's verdict.", "green"),
    "held": Word("Whether the vehicle is held.", example=True),
    "plate": Word(
        "A part of the plate in any spelling: three letters or digits, or more.", "000.17"
    ),
    "declaration_number": Word("The number of a customs declaration.", "309900000015"),
    "client_reference": Word("The company's own reference.", "DN-2026-00417"),
    "reference": Word("The reference that people and papers use.", "E4K7-9QXPM2"),
    "registered_from": Word("Registered at or after.", "2026-02-21T00:00:00+07:00"),
    "registered_before": Word("Registered before.", "2026-02-22T00:00:00+07:00"),
    "changed_after": Word(
        "Changed after; oldest change first. Begin a minute before your last answer: what was being"
        " changed just then is dated earlier than it could be told.",
        "2026-02-21T08:00:00+07:00",
    ),
    "ready": Word("Whether it is without blocking findings.", example=False),
    "due": Word("Whether an order of it waits to be paid.", example=True),
    "on": Word("A day in the gate's zone.", "2026-05-15"),
    "day": Word("The legal day; without it, today.", "2026-05-15"),
    "from_day": Word("The first legal day; without it, today.", "2024-08-22"),
    "to_day": Word("The day after the last one.", "2024-08-23"),
    "since": Word("The first legal day of the totals; without it, 1 January.", "2022-02-21"),
    "area": Word("The code of a gate, or of a group of gates such as `province`.", "huu-nghi"),
    "by": Word("What the lines are split by besides.", "hour"),
    "format": Word("How to write it; goes before `Accept`.", "csv"),
    "separator": Word(
        "What stands between two cells of CSV; else `semicolon` in Vietnamese, `comma` in others.",
        "semicolon",
    ),
    "purpose": Word("What personal data are read for.", "border-control"),
    "way": Word("How they were read.", "search"),
    "reader": Word("The name of who read.", "border_guard"),
    "read_from": Word("Read at or after.", "2026-02-21T00:00:00+07:00"),
    "read_before": Word("Read before.", "2026-02-22T00:00:00+07:00"),
    "size": Word("How many leaves the log had; without it, those of now.", 1742),
    "index": Word("Which leaf, from 0.", 17),
    "old": Word("How many leaves the log had once.", 903),
    "new": Word("How many it had later; without it, those of now.", 1742),
    "from": Word("The first leaf, from 0.", 0),
    "path": Word("The path of a tile in C2SP tlog-tiles, after `tile/`.", "0/000.p/12"),
    "limit": Word("How many items at most.", 50),
    "cursor": Word("`next_cursor` of the page before.", "q1w2e3r4t5y6u7i8o9p0"),
    "If-Match": Word(
        'The version you read, such as `"3"`, or without its quotes; its `ETag` is one.', '"1"'
    ),
}


def show_examples(made: dict[str, Any]) -> None:
    """Put into a document, in place, what its operations do not say themselves."""
    for path in made.get("paths", {}).values():
        for operation in path.values():
            _show_request(operation, made["components"]["schemas"])
            for parameter in operation.get("parameters", ()):
                _describe(parameter)


def _show_request(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if content is None or "examples" in content or "example" in content:
        return
    shown = REQUESTS.get(operation["operationId"]) or dict(_of_schema(content["schema"], schemas))
    if shown:
        content["examples"] = {
            f"example-{number}": {"summary": summary, "value": value}
            for number, (summary, value) in enumerate(shown.items(), start=1)
        }


def _of_schema(
    schema: Mapping[str, Any], schemas: Mapping[str, Any]
) -> Iterator[tuple[str, object]]:
    """Yield the examples that the body's own schema has, named by what the schema is."""
    named = schemas.get(schema.get("$ref", "").removeprefix(SCHEMA_PATH), schema)
    for number, value in enumerate(named.get("examples", ()), start=1):
        yield f"Example {number}", value


def _describe(parameter: dict[str, Any]) -> None:
    word = PARAMETERS.get(parameter["name"])
    if word is None:
        return
    parameter.setdefault("description", word.description)
    has_example = {"example", "examples"} & (parameter.keys() | parameter["schema"].keys())
    if not has_example:
        parameter["example"] = word.example
