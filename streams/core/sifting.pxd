cimport cython

@cython.locals(
    offset=cython.longlong, time=cython.longlong, accepted=cython.longlong, behind=cython.longlong,
    latest=cython.longlong, others=list,
)
cpdef sift(records, long long end, long long clock, judge)
