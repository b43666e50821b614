//! What kind of file system a folder lies on.

use std::os::fd::BorrowedFd;

/// Numbers of file systems (statfs(2)) that hold no files of their own, only what the kernel makes up while it is read:
/// proc, sysfs, cgroup, cgroup2, tracefs, debugfs, devpts, securityfs, bpf, efivarfs, configfs, binfmt_misc, mqueue, nsfs,
/// pidfs, selinuxfs, smackfs, apparmorfs, rpc_pipefs, fusectl, resctrl.
const NO_FILES: [u64; 21] = [
    0x9fa0,
    0x6265_6572,
    0x0027_e0eb,
    0x6367_7270,
    0x7472_6163,
    0x6462_6720,
    0x1cd1,
    0x7363_6673,
    0xcafe_4a11,
    0xde5e_81e4,
    0x6265_6570,
    0x4249_4e4d,
    0x1980_0202,
    0x6e73_6673,
    0x5049_4446,
    0xf97c_ff8c,
    0x4341_5d53,
    0x5a3c_69f0,
    0x6759_6969,
    0x6573_5543,
    0x0765_5821,
];
/// Those of other machines, or fed by a program: NFS, SMB, CIFS, SMB2, 9p, FUSE, AFS, Ceph, Coda, OCFS2, GFS2, Lustre.
const NETWORK: [u64; 12] = [
    0x6969,
    0x517b,
    0xff53_4d42,
    0xfe53_4d42,
    0x0102_1997,
    0x6573_5546,
    0x5346_414f,
    0x00c3_6400,
    0x7375_7245,
    0x7461_636f,
    0x0116_1970,
    0x0bd0_0bd0,
];

/// What lies on a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileSystemKind {
    Files,
    Network,
    NoFiles,
}

impl FileSystemKind {
    /// Of an open file or folder, by the file system it lies on: the path may lead anywhere, through bind mounts too.
    pub(super) fn of(opened: BorrowedFd<'_>) -> Self {
        let Ok(said) = rustix::fs::fstatfs(opened) else {
            return FileSystemKind::Files;
        };
        // The type of this number differs by processor; each magic number has 32 bits.
        #[allow(clippy::cast_sign_loss, clippy::unnecessary_cast)]
        let magic = said.f_type as u64 & 0xffff_ffff;
        if NETWORK.contains(&magic) {
            FileSystemKind::Network
        } else if NO_FILES.contains(&magic) {
            FileSystemKind::NoFiles
        } else {
            FileSystemKind::Files
        }
    }
}
