cimport cython

from streams.core.chains cimport number, rows
from streams.core.table cimport Table

cdef number OUT, AWAKE, ENTERED
cdef Py_ssize_t WORD, MORE, KEPT, NEXT, ENTRY, COPIES, COPY

cdef class Listing:
    cdef readonly Py_ssize_t count
    cdef readonly rows integers

    @cython.locals(at=Py_ssize_t, word=number, more=Py_ssize_t, kept=Py_ssize_t, head=Py_ssize_t)
    cpdef bint tell(self, Table table, number key) except -1
    @cython.locals(place=Py_ssize_t)
    cpdef repeat(self, Listing other, Py_ssize_t at)
    cpdef put(self, number integer)
    cdef _entries(self, Py_ssize_t head, rows cells, Py_ssize_t row)
    @cython.locals(place=Py_ssize_t)
    cdef _copies(self, Py_ssize_t head, rows cells, Py_ssize_t row)

cdef Py_ssize_t size(number word) noexcept
@cython.locals(at=Py_ssize_t, slot=Py_ssize_t, word=number)
cpdef list put(Table table, rows told, rows names)
@cython.locals(first=Py_ssize_t, end=Py_ssize_t, copies=Py_ssize_t, place=Py_ssize_t)
cdef _put_more(Table table, Py_ssize_t slot, rows told, rows names, Py_ssize_t at)
