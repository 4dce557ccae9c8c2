"""AWS's folders by their literal names, for one process and its children: /var/task, /opt, /tmp, /var/runtime, /dev.

They are mounts in a namespace of the process's own, so nothing of the machine changes and nobody else sees them. Needs
Linux and either root or user namespaces; `enter` fails where a kernel or a container forbids them. /tmp lies in memory
and has the function's size; the process that follows in the same environment joins the namespace and finds it as it
was. /dev has no `shm`, so that a semaphore of `multiprocessing` fails as on AWS.
https://man7.org/linux/man-pages/man7/mount_namespaces.7.html, user_namespaces.7.html and setns.2.html;
https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html (read 2026-11)
"""

import ctypes
import os
import stat
import sys

MOUNTS = {"task": "/var/task", "opt": "/opt", "runtime": "/var/runtime"}
DEVICES = ("full", "null", "random", "tty", "urandom", "zero")

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000  # CLONE_NEWNS, CLONE_NEWUSER
_READ_ONLY, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1, 32, 4096, 16384, 1 << 18
_KEPT = 2 | 4 | 8 | 1024 | 2048
"""nosuid, nodev, noexec, noatime, nodiratime have the same value in statvfs: a user namespace may not clear them."""
_RELATIVE_TIMES = ((4096, 1 << 21),)  # ST_RELATIME, MS_RELATIME

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str = "none", flags: int = 0, data: str = "") -> None:
    arguments = (source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode())
    _check(_libc.mount(*arguments), f"mount on {target}")


def _unshare() -> None:
    """A mount namespace; inside a user namespace where this process may not have one otherwise."""
    user, group = os.geteuid(), os.getegid()
    if user == 0 and _libc.unshare(_NEW_MOUNTS) == 0:
        return
    _check(_libc.unshare(_NEW_USER | _NEW_MOUNTS), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _folder(path: str) -> int:
    return os.open(path, os.O_PATH | os.O_DIRECTORY)


def enter(sources: dict[str, str], tmp_mb: int) -> None:
    """Mounts folders of the machine, by the names in `MOUNTS`, and makes the code the working directory.

    Args:
        sources: the folders, read-only from here.
        tmp_mb: the size of /tmp.

    Raises:
        OSError: not here.
    """
    _unshare()
    _mount("none", "/", flags=_RECURSIVE | _PRIVATE)
    opened = {name: _folder(path) for name, path in sources.items()}  # their paths may be hidden in a moment
    _extend_var([MOUNTS[name].removeprefix("/var/") for name in sources if MOUNTS[name].startswith("/var/")])
    for name, descriptor in opened.items():
        target = MOUNTS[name]
        _mount(f"/proc/self/fd/{descriptor}", target, flags=_BIND | _RECURSIVE)
        os.close(descriptor)
        found = os.statvfs(target).f_flag
        kept = found & _KEPT | sum(flag for seen, flag in _RELATIVE_TIMES if found & seen)
        _mount("none", target, flags=_BIND | _REMOUNT | _READ_ONLY | kept)
    _mount("tmpfs", "/tmp", "tmpfs", data=f"mode=1777,size={tmp_mb}m")  # noqa: S108 - AWS's name
    _reduce_devices()
    os.chdir(MOUNTS["task"])


def join(namespaces: list[int]) -> None:
    """Enters what an earlier process of the same environment has made.

    Args:
        namespaces: descriptors of its namespaces of users and of mounts.
    """
    for own, descriptor in (("user", namespaces[0]), ("mnt", namespaces[1])):
        if os.fstat(descriptor).st_ino != os.stat(f"/proc/self/ns/{own}").st_ino:
            _check(_libc.setns(descriptor, 0), "setns")
        os.close(descriptor)
    os.chdir(MOUNTS["task"])


def _reduce_devices() -> None:
    """A /dev with what AWS's has."""
    before = _folder("/dev")
    _mount("tmpfs", "/dev", "tmpfs", data="mode=755")
    for name in DEVICES:
        os.close(os.open(f"/dev/{name}", os.O_CREAT | os.O_WRONLY))
        _mount(f"/proc/self/fd/{before}/{name}", f"/dev/{name}", flags=_BIND)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{target}", f"/dev/{name}")
    os.close(before)


def _extend_var(names: list[str]) -> None:
    """A /var with more folders in it than the machine's, which keeps all of its own."""
    before = _folder("/var")
    entries = [(entry.name, entry.stat(follow_symlinks=False).st_mode) for entry in os.scandir("/var")]
    _mount("tmpfs", "/var", "tmpfs", data="mode=755")
    for name, mode in entries:
        if stat.S_ISLNK(mode):
            os.symlink(os.readlink(name, dir_fd=before), f"/var/{name}")
        elif stat.S_ISDIR(mode) and name not in names:
            os.mkdir(f"/var/{name}")
            _mount(f"/proc/self/fd/{before}/{name}", f"/var/{name}", flags=_BIND | _RECURSIVE)
    for name in names:
        os.mkdir(f"/var/{name}")
    os.close(before)


if __name__ == "__main__":  # a try: whether it works on this machine
    enter(dict.fromkeys(MOUNTS, sys.argv[1]), 1)
