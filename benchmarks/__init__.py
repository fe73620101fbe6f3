"""How fast the service is: ratios to the limit of its libraries and to a usual way of writing it.

`make bench` runs everything in one go on one machine and writes `benchmarks/RESULTS.md`. Numbers of
two runs are not compared: only ratios within one run say anything.
"""
