//! Disk images, known by their first bytes: they are read as bytes, whatever lies in them, so deleted files count.

/// Disks as Proxmox backs them up, one behind the other.
const VMA: &[u8] = b"VMA\0\0\0\0\x01";

/// Where the magic numbers of file systems and partition tables stand: the kernel's `ext4.h` (superblock at 1024),
/// `xfs_format.h` and `btrfs_tree.h` (superblock at 64 KiB), the UEFI specification (GPT header in the second sector),
/// and the signature of a boot sector.
const MAGIC: [(usize, &[u8]); 4] = [
    (1024 + 56, &[0x53, 0xef]),
    (0, b"XFSB"),
    (0x1_0000 + 64, b"_BHRfS_M"),
    (512, b"EFI PART"),
];
/// The partition table of a boot sector: each entry begins with a flag that is 0 or 0x80.
const PARTITIONS: [usize; 4] = [446, 462, 478, 494];

/// Whether a file begins like a disk or a file system.
pub(super) fn is_image(head: &[u8]) -> bool {
    let has = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(magic));
    let boot_sector =
        has(510, &[0x55, 0xaa]) && PARTITIONS.iter().all(|at| matches!(head[*at], 0 | 0x80));
    boot_sector || has(0, VMA) || MAGIC.iter().any(|(at, magic)| has(*at, magic))
}
