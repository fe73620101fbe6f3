"""A plain model of two gates: what should stand in the tables, without any table.

Written from the rules as they are told to the public: lists that are gone through from end to end,
and everybody sorted anew at every question. Of the domain it has words only, none of its rules.
"""
