cimport cython

from streams.core.pile cimport Pile, numbers

cdef Py_ssize_t ARM, MASK

cdef class Tallies:
    cdef object _arms, _ledger
    cdef numbers _exposed, _entered, _repeated, _copied, _line
    cdef dict _acted
    cdef list _lines, _came, _gone

    cpdef expose(self, Py_ssize_t place)
    @cython.locals(pile=Pile)
    cpdef enter(self, Py_ssize_t place, Py_ssize_t then, long long word)
    cpdef repeat(self, Py_ssize_t place)
    cpdef copy(self, Py_ssize_t place, long long times)
    @cython.locals(place=Py_ssize_t, line=Py_ssize_t, pile=Pile)
    cpdef act(self, long long word, long long acted)

    @cython.locals(pair=cython.longlong)
    cdef _act(self, Py_ssize_t place, Py_ssize_t then)
