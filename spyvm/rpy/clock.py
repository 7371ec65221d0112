"""The system's clocks, and sleeping."""
import time

from spyvm.rpy import REAL, we_are_translated

if REAL:
    from rpython.rlib import rtime
    from rpython.rtyper.lltypesystem import lltype, rffi
    from rpython.rtyper.tool import rffi_platform
    from rpython.translator.tool.cbuild import ExternalCompilationInfo

    _HAS_CLOCKS = rtime.HAS_CLOCK_GETTIME

    class _Config(object):
        _compilation_info_ = ExternalCompilationInfo(includes=['time.h'])
        tm = rffi_platform.Struct('struct tm', [('tm_gmtoff', rffi.LONG)])

    _tm = rffi_platform.configure(_Config)['tm']
    _WHEN = rffi.CArray(rffi.TIME_T)
    _localtime_r = rffi.llexternal('localtime_r', [lltype.Ptr(_WHEN), lltype.Ptr(_tm)],
                                   lltype.Ptr(_tm), compilation_info=_Config._compilation_info_, releasegil=False)

    def _read_clock(clock):
        """The clock in microseconds; -1 if it cannot be read."""
        with lltype.scoped_alloc(rtime.TIMESPEC) as timespec:
            if rffi.cast(lltype.Signed, rtime.c_clock_gettime(clock, timespec)) == 0:
                return (rffi.getintfield(timespec, 'c_tv_sec') * 1000000 +
                        rffi.getintfield(timespec, 'c_tv_nsec') // 1000)
        return -1
else:
    _HAS_CLOCKS = False


def wall_microseconds():
    """Microseconds since 1970-01-01 00:00 UTC."""
    if _HAS_CLOCKS and we_are_translated():
        now = _read_clock(rtime.CLOCK_REALTIME)
        if now >= 0:
            return now
    return int(time.time() * 1000000.0)


def monotonic_microseconds():
    """Microseconds since some moment before the process began; never set back."""
    if _HAS_CLOCKS and we_are_translated():
        now = _read_clock(rtime.CLOCK_MONOTONIC)
        if now >= 0:
            return now
    return int(time.time() * 1000000.0)


def local_offset(seconds):
    """How many seconds local time is ahead of UTC at the moment `seconds` after 1970-01-01 00:00 UTC."""
    if we_are_translated():
        with lltype.scoped_alloc(_WHEN, 1) as when:
            with lltype.scoped_alloc(_tm) as local:
                when[0] = rffi.cast(rffi.TIME_T, seconds)
                if _localtime_r(when, local):
                    return rffi.getintfield(local, 'c_tm_gmtoff')
        return 0
    if time.localtime(seconds).tm_isdst > 0:
        return -time.altzone
    return -time.timezone


def sleep_microseconds(microseconds):
    """Do nothing for that long, or until a signal comes."""
    if microseconds > 0:
        time.sleep(microseconds / 1000000.0)
