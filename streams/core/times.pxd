cpdef long long parse_instant(str text) except? -1
