cimport cython

from streams.core.chains cimport Chains, number, rows

cdef number FREE, OUT, FULL, GOLDEN
cdef Py_ssize_t WIDTH, KEY, WORD, MORE, KEPT, ENTRY, IDENTITY, TIME, VALUE, NAME, TIMES

cdef class Table:
    cdef public rows slots
    cdef public Chains entries, copies
    cdef public Py_ssize_t count
    cdef int _bits

    @cython.locals(at=Py_ssize_t)
    cpdef Py_ssize_t find(self, number key) noexcept
    @cython.locals(at=Py_ssize_t)
    cpdef Py_ssize_t add(self, number key, number word) except -2
    cpdef reserve(self, Py_ssize_t count)
    @cython.locals(hole=Py_ssize_t, size=Py_ssize_t, column=Py_ssize_t)
    cpdef void remove(self, Py_ssize_t at) noexcept
    @cython.locals(row=Py_ssize_t)
    cpdef enter(self, Py_ssize_t at, number word)
    @cython.locals(row=Py_ssize_t, cells=rows)
    cpdef keep(self, Py_ssize_t at, number identity, number time, number value, number name, number times)
    cpdef void leave(self, Py_ssize_t at) noexcept
    cpdef void forget(self, Py_ssize_t at) noexcept

    cdef Py_ssize_t _home(self, number key) noexcept
    cdef Py_ssize_t _beside(self, Py_ssize_t at) noexcept
    @cython.locals(at=Py_ssize_t)
    cdef Py_ssize_t _vacant(self, number key) noexcept
    @cython.locals(old=rows, size=Py_ssize_t, at=Py_ssize_t, new=Py_ssize_t, column=Py_ssize_t)
    cdef _grow(self)
