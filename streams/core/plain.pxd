cimport cython

from streams.core.chains cimport Chains, number, rows
from streams.core.changes cimport Changes
from streams.core.leaving cimport Leaving
from streams.core.pile cimport numbers
from streams.core.table cimport Table
from streams.core.tallies cimport Tallies
from streams.core.then cimport Then

cdef Py_ssize_t ARM, MASK, ENTRY, NEXT, IDENTITY, TIME, VALUE, NAME, TIMES, WORD, MORE, KEPT
cdef number OUT, AWAKE
cdef long long FAR

cdef class Plain:
    cdef object _store, _arms, _ledger, _maturing
    cdef Changes _changes
    cdef Table _table
    cdef Chains _entries, _copies
    cdef Tallies _tallies
    cdef Then _then
    cdef Leaving _leaving
    cdef Py_ssize_t _step
    cdef dict _names
    cdef long long _few
    cdef set _expired
    cdef numbers _numbers, _firsts, _closes, _is_same
    cdef public long long clock

    cpdef bint expose(self, Py_ssize_t place) except -1
    @cython.locals(at=Py_ssize_t, word=number, experiment=cython.longlong, row=Py_ssize_t)
    cpdef bint enter(self, number key, Py_ssize_t place, long long time) except -1
    @cython.locals(name=Py_ssize_t, at=Py_ssize_t)
    cpdef bint convert(self, number key, number identity, long long time, object event, long long value) except -1
    @cython.locals(word=number)
    cpdef number begin(self, Py_ssize_t place, Py_ssize_t then, long long time) except? 0

    @cython.locals(base=Py_ssize_t, since=cython.longlong)
    cdef bint _enter_again(self, number word, Py_ssize_t place, long long time) except -1
    @cython.locals(row=Py_ssize_t, then=Py_ssize_t, copies=cython.longlong, since=cython.longlong, name=Py_ssize_t, after=Py_ssize_t)
    cdef bint _enter_anew(self, number key, Py_ssize_t at, Py_ssize_t place, long long time) except -1
    @cython.locals(row=Py_ssize_t, known=Py_ssize_t)
    cdef bint _is_new(self, Py_ssize_t at, number identity) except -1
    @cython.locals(row=Py_ssize_t, cells=rows, word=number, base=Py_ssize_t, since=cython.longlong, is_equal=cython.bint)
    cdef bint _convert_again(self, number key, Py_ssize_t at, number identity, long long time, Py_ssize_t name, long long value) except -1
    @cython.locals(row=Py_ssize_t, word=number, then=number)
    cdef bint _act(self, number key, Py_ssize_t at, Py_ssize_t name, long long time, long long value) except -1
    @cython.locals(place=Py_ssize_t, entered=cython.longlong, then=Py_ssize_t, can=cython.bint)
    cdef number _acted(self, number word, Py_ssize_t name, long long time, long long value) except? 0
