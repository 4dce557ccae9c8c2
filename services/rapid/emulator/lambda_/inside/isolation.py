"""AWS's folders by their literal names, for one process and its children: /var/task, /opt, /tmp, /var/runtime.

They are mounts in a namespace of the process's own, so nothing of the machine changes and nobody else sees them. Needs
Linux and either root or user namespaces; `enter` fails where a kernel or a container forbids them.
https://man7.org/linux/man-pages/man7/mount_namespaces.7.html and user_namespaces.7.html (read 2026-11)
"""

import ctypes
import os
import stat
import sys

MOUNTS = {"task": "/var/task", "opt": "/opt", "tmp": "/tmp", "runtime": "/var/runtime"}  # noqa: S108 - AWS's names
READ_ONLY = frozenset({"task", "opt", "runtime"})

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


def enter(sources: dict[str, str]) -> None:
    """Mounts folders of the machine, by the names in `MOUNTS`, and makes the code the working directory.

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
        if name in READ_ONLY:
            found = os.statvfs(target).f_flag
            kept = found & _KEPT | sum(flag for seen, flag in _RELATIVE_TIMES if found & seen)
            _mount("none", target, flags=_BIND | _REMOUNT | _READ_ONLY | kept)
    os.chdir(MOUNTS["task"])


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
    enter(dict.fromkeys(MOUNTS, sys.argv[1]))
