cimport cython

from streams.core.ordinary cimport Ordinary
from streams.core.times cimport Instants

cdef object decode_event, second_look, astuple, ExposureEvent, ConversionEvent
cdef object UNREADABLE, ValidationError, MALFORMED, _integer
cdef Py_ssize_t MAX_BYTES, ID, SOURCE, TIME, DATA

cdef class Keyed:
    cdef object _begun

    cpdef number(self, str id_)

cdef class Sight:
    cdef Ordinary _ordinary
    cdef object _number, _special, _obscure
    cdef Instants _instants

    @cython.locals(envelope=tuple, data=tuple, time=cython.longlong)
    cpdef judge(self, record)

cpdef at_first_sight(bytes value, headers)
cpdef read(bytes body)
cpdef identity(str source, str id_)
