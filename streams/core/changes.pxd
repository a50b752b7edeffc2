cimport cython

from streams.core.listing cimport Listing
from streams.core.table cimport Table

cdef class Changes:
    cdef object _units, _left
    cdef Table _table
    cdef readonly dict _changed
    cdef Listing _before

    cpdef touch(self, object key)
    cdef object _tell(self, object key)
    @cython.locals(plain=Listing, awake=list, room=Py_ssize_t)
    cdef object _piece(self, object keys, object left, dict changed)
