cimport cython

ctypedef unsigned long long number
ctypedef number[::1] rows

cdef number FREE
cdef Py_ssize_t NEXT

cdef class Chains:
    cdef public rows cells
    cdef Py_ssize_t _width, _free, _end

    @cython.locals(row=Py_ssize_t)
    cpdef Py_ssize_t put(self, Py_ssize_t after) except -1
    @cython.locals(after=Py_ssize_t)
    cpdef void free(self, Py_ssize_t row) noexcept
