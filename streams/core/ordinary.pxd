cimport cython

from streams.core.chains cimport number
from streams.core.pile cimport numbers
from streams.core.plain cimport Plain

cdef double MAX_VALUE
cdef long long DEFAULT_SKEW
cdef object worth, ACCEPTED, FUTURE, BAD_VALUE, UNKNOWN

cdef class Ordinary:
    cdef dict _doors, _names
    cdef list _arms, _required, _texts, _agreed
    cdef numbers _places, _start, _stop, _early, _late, _heard, _known
    cdef object _units
    cdef Plain _plain
    cdef public long long unused

    @cython.locals(doors=dict, door=Py_ssize_t, place=Py_ssize_t)
    cpdef expose(self, object id_, object variant, object cost, object consent, number unit, long long time, long long recorded)
    @cython.locals(name=Py_ssize_t, worthy=cython.longlong)
    cpdef convert(self, object event, object value, object consent, number unit, number identity, long long time, long long recorded)

cdef _nowhere(object cost, long long time, long long recorded)
