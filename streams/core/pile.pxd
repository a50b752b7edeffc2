ctypedef long long[::1] numbers

cdef class Pile:
    cdef public Py_ssize_t count
    cdef numbers _room

    cpdef put(self, long long word)
