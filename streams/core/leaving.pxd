cimport cython

from streams.core.chains cimport Chains, number
from streams.core.changes cimport Changes
from streams.core.pile cimport numbers
from streams.core.table cimport Table

cdef Py_ssize_t ARM, MASK, ENTRY, NEXT, TIME, WORD, MORE, KEPT, SPAN
cdef number OUT

cdef class Leaving:
    cdef Changes _changes
    cdef Table _table
    cdef Chains _entries, _copies
    cdef object _due
    cdef long long _horizon
    cdef Py_ssize_t _step
    cdef numbers _closes

    cpdef put(self, number key, long long time)
    @cython.locals(now=cython.longlong, end=cython.longlong, at=Py_ssize_t)
    cpdef run(self, long long clock)

    cdef _forget(self, number key, Py_ssize_t at)
    @cython.locals(row=Py_ssize_t, last=cython.longlong, word=number)
    cdef long long _end(self, Py_ssize_t at) except -1
    @cython.locals(place=Py_ssize_t)
    cdef long long _acts_until(self, number word) except -1
