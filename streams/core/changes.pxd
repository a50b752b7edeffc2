cdef class Changes:
    cdef object _units, _left
    cdef readonly dict _changed

    cpdef touch(self, object key)
