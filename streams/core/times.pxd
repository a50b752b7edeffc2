cimport cython

cdef int ZERO

cdef class Instants:
    cdef str _known
    cdef long long _second

    @cython.locals(fraction=cython.longlong)
    cpdef long long parse(self, str text) except? -1

@cython.locals(tenth=cython.int, hundredth=cython.int, last=cython.int)
cdef int _fraction(str text)
