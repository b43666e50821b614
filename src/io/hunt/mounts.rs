//! What kind of file system a folder lies on.

use std::os::fd::BorrowedFd;

/// Numbers of file systems (statfs(2)) that hold no files of their own: proc, sysfs, cgroup, cgroup2, tracefs, debugfs,
/// devpts, securityfs, bpf, efivarfs, configfs.
const NO_FILES: [u64; 11] = [
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
pub(super) enum Mount {
    Files,
    Network,
    NoFiles,
}

impl Mount {
    pub(super) fn of(folder: BorrowedFd<'_>) -> Self {
        let Ok(said) = rustix::fs::fstatfs(folder) else {
            return Mount::Files;
        };
        // The type of this number differs by processor; each magic number has 32 bits.
        #[allow(clippy::cast_sign_loss, clippy::unnecessary_cast)]
        let magic = said.f_type as u64 & 0xffff_ffff;
        if NETWORK.contains(&magic) {
            Mount::Network
        } else if NO_FILES.contains(&magic) {
            Mount::NoFiles
        } else {
            Mount::Files
        }
    }
}
