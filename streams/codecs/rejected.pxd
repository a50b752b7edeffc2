cimport cython

cdef object _encode, _decode, sha256
cdef tuple SECRET, QUOTED, BETWEEN, UNREADABLE, NO_JSON

cpdef encode(str reason, record, place)
cpdef encode_foreign(str reason, record, place)
cpdef sample(bytes value)
cpdef redact(value)

@cython.locals(shown=str, name=str, at=cython.Py_ssize_t, begin=cython.Py_ssize_t, end=cython.Py_ssize_t)
cpdef at_a_glance(bytes value)

@cython.locals(topic=str, partition=cython.longlong, offset=cython.longlong, value=bytes)
cdef _told(str reason, record, place, shown)
