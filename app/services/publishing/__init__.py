"""What everybody may look at: boards, reports, sheets on paper."""
