cimport cython

cdef long long GLANCE_BACK
cdef Py_ssize_t UNTOLD

cdef class Then:
    cdef object _arms
    cdef list _names
    cdef Py_ssize_t _step
    cdef dict _spans, _learned

    @cython.locals(window=Py_ssize_t)
    cpdef Py_ssize_t after(self, Py_ssize_t place, Py_ssize_t name, long long since, long long value) except -2
    @cython.locals(spans=list, window=Py_ssize_t)
    cpdef Py_ssize_t window(self, Py_ssize_t place, Py_ssize_t name, long long since) except -2
