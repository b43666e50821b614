//! A BoltDB, read: what runtimes of containers keep a part of their knowledge in. Whatever its bytes say, reading them ends.
//!
//! Format: go.etcd.io/bbolt, file format version 2, on machines of little-endian order. A page has a head and elements, each of
//! which says where its name and its value stand; a value may be a bucket, which has pages of its own or one page in itself.

use std::cell::Cell;

/// The head of a page, an element, and the head of a bucket, in bytes.
const PAGE_HEAD: usize = 16;
const ELEMENT: usize = 16;
const BUCKET_HEAD: usize = 16;
/// The description of a database, after the head of its page, and what of it is under its checksum.
const META: usize = 64;
const CHECKED: usize = 56;
const MARK: [u8; 4] = 0xED0C_DAED_u32.to_le_bytes();
/// Where in the description: the length of a page, the page of all buckets, the number of pages, and which change it is of.
const PAGE_LENGTH: usize = 8;
const ROOT: usize = 16;
const PAGES: usize = 40;
const CHANGE: usize = 48;
/// How long pages may be, which says where the second description is.
const PAGE_LENGTHS: [usize; 5] = [4096, 8192, 16384, 32768, 65536];
/// What a page holds.
const BRANCH: u16 = 1;
const LEAF: u16 = 2;
/// That an element's value is a bucket.
const IS_BUCKET: u32 = 1;
/// How many pages lead to an element, and how many elements are looked at in one bucket.
const DEEPEST: u32 = 32;
const MOST: usize = 200_000;
/// How many elements are looked at in one database: any number of buckets may say that they are the same pages.
const MOST_OF_ALL: usize = 4_000_000;

/// A whole database.
pub struct Bolt<'a> {
    bytes: &'a [u8],
    page_length: usize,
    root: u64,
    /// How many elements may still be looked at.
    left: Cell<usize>,
}

impl<'a> Bolt<'a> {
    /// These bytes, where they are one: one of its two descriptions is right, and no page is missing.
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let places = [0].into_iter().chain(PAGE_LENGTHS);
        let described = places.filter_map(|page| {
            let meta = bytes.get(page + PAGE_HEAD..)?.get(..META)?;
            let (checked, sum) = meta.split_at(CHECKED);
            let is_right = checked.starts_with(&MARK) && sum == fnv(checked).to_le_bytes();
            let page_length = usize::try_from(u32_at(checked, PAGE_LENGTH)?).ok()?;
            let whole = u64_at(checked, PAGES)?.checked_mul(page_length as u64)?;
            let is_whole = PAGE_LENGTHS.contains(&page_length) && whole <= bytes.len() as u64;
            let root = u64_at(checked, ROOT)?;
            (is_right && is_whole).then_some((u64_at(checked, CHANGE)?, page_length, root))
        });
        // One of them is of the last change, the other of the one before it.
        let (_, page_length, root) = described.max_by_key(|(change, _, _)| *change)?;
        Some(Self {
            bytes,
            page_length,
            root,
            left: Cell::new(MOST_OF_ALL),
        })
    }

    /// The bucket that all others are in.
    pub fn buckets(&self) -> Bucket<'a, '_> {
        Bucket {
            database: self,
            pages: BucketPages::At(self.root),
        }
    }

    fn page(&self, number: u64) -> Option<&'a [u8]> {
        let begins = usize::try_from(number)
            .ok()?
            .checked_mul(self.page_length)?;
        self.bytes.get(begins..)
    }
}

/// Names and what they stand for.
pub struct Bucket<'a, 'd> {
    database: &'d Bolt<'a>,
    pages: BucketPages<'a>,
}

/// Where the pages of a bucket are.
#[derive(Clone, Copy)]
enum BucketPages<'a> {
    /// From the one with this number on.
    At(u64),
    /// It is this one alone.
    Inline(&'a [u8]),
}

/// What stands in a bucket.
struct Element<'a> {
    name: &'a [u8],
    value: &'a [u8],
    is_bucket: bool,
}

impl<'a> Bucket<'a, '_> {
    /// The value of this name.
    pub fn value(&self, name: &[u8]) -> Option<&'a [u8]> {
        let mut all = self.elements().into_iter();
        let found = all.find(|one| one.name == name && !one.is_bucket)?;
        Some(found.value)
    }

    /// The bucket of this name.
    pub fn bucket(&self, name: &[u8]) -> Option<Self> {
        let mut all = self.all();
        all.find_map(|(its, bucket)| (its == name).then_some(bucket))
    }

    /// The buckets in it, with their names.
    pub fn all(&self) -> impl Iterator<Item = (&'a [u8], Self)> {
        let database = self.database;
        let buckets = self.elements().into_iter().filter(|one| one.is_bucket);
        buckets.filter_map(move |one| {
            let pages = match u64_at(one.value, 0)? {
                0 => BucketPages::Inline(one.value.get(BUCKET_HEAD..)?),
                number => BucketPages::At(number),
            };
            Some((one.name, Self { database, pages }))
        })
    }

    fn elements(&self) -> Vec<Element<'a>> {
        let mut found = Vec::new();
        let of_all = &self.database.left;
        let most = MOST.min(of_all.get());
        let mut left = most;
        match self.pages {
            BucketPages::At(number) => self.gather(number, DEEPEST, &mut left, &mut found),
            BucketPages::Inline(page) => leaf(page, &mut left, &mut found),
        }
        of_all.set(of_all.get() - (most - left));
        found
    }

    fn gather(&self, number: u64, depth: u32, left: &mut usize, found: &mut Vec<Element<'a>>) {
        let (Some(page), Some(depth)) = (self.database.page(number), depth.checked_sub(1)) else {
            return;
        };
        match kind(page) {
            Some(LEAF) => leaf(page, left, found),
            Some(BRANCH) => {
                for element in elements(page) {
                    if *left == 0 {
                        break;
                    }
                    *left -= 1;
                    if let Some(number) = u64_at(element, 8) {
                        self.gather(number, depth, left, found);
                    }
                }
            }
            _ => {}
        }
    }
}

fn kind(page: &[u8]) -> Option<u16> {
    page.get(8..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

/// The elements of a page: each from its beginning to the end of all bytes, as what it names lies behind it.
fn elements(page: &[u8]) -> impl Iterator<Item = &[u8]> {
    let count = page.get(10..).and_then(|rest| rest.first_chunk());
    let count = count.map_or(0, |b| u16::from_le_bytes(*b));
    (0..usize::from(count)).filter_map(|at| page.get(PAGE_HEAD + at * ELEMENT..))
}

fn leaf<'a>(page: &'a [u8], left: &mut usize, found: &mut Vec<Element<'a>>) {
    if kind(page) != Some(LEAF) {
        return;
    }
    let read = |element: &'a [u8]| {
        let number = |at| usize::try_from(u32_at(element, at)?).ok();
        let behind = element.get(number(4)?..)?;
        let (name, behind) = behind.split_at_checked(number(8)?)?;
        Some(Element {
            name,
            value: behind.get(..number(12)?)?,
            is_bucket: u32_at(element, 0)? & IS_BUCKET != 0,
        })
    };
    for element in elements(page).take(*left) {
        *left -= 1;
        found.extend(read(element));
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*four))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*eight))
}

/// The checksum in a BoltDB (FNV-1a).
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn buckets_that_are_many_take_from_each_other() {
        let bytes = database(vec![Item::Inline(
            "one".to_owned(),
            vec![Item::Value("id", vec![1]), Item::Value("kind", vec![2])],
        )]);
        let bolt = Bolt::of(&bytes).unwrap();
        // The bucket itself, and what is in it.
        bolt.left.set(1 + 2);
        let bucket = bolt.buckets().bucket(b"one").unwrap();
        assert_eq!(bucket.value(b"kind"), Some(&[2][..]));
        assert_eq!(bucket.value(b"kind"), None);
        assert!(bolt.buckets().bucket(b"one").is_none());
    }

    /// What is to be in a database.
    pub(crate) enum Item {
        Value(&'static str, Vec<u8>),
        /// In the page of what it lies in.
        Inline(String, Vec<Item>),
        /// In a page of its own.
        Apart(String, Vec<Item>),
    }

    /// A page of elements, and the pages that it needs besides, which begin at this number.
    fn page(items: Vec<Item>, next: &mut u64, pages: &mut Vec<(u64, Vec<u8>)>) -> Vec<u8> {
        let (mut heads, mut data) = (Vec::new(), Vec::new());
        let count = items.len();
        for (at, item) in items.into_iter().enumerate() {
            let (flags, name, value) = match item {
                Item::Value(name, value) => (0_u32, name.as_bytes().to_vec(), value),
                Item::Inline(name, items) => {
                    let inner = page(items, next, pages);
                    (1, name.into_bytes(), [vec![0; BUCKET_HEAD], inner].concat())
                }
                Item::Apart(name, items) => {
                    let number = *next;
                    *next += 1;
                    let inner = page(items, next, pages);
                    pages.push((number, inner));
                    let head = [number.to_le_bytes(), [0; 8]].concat();
                    (1, name.into_bytes(), head)
                }
            };
            let behind = (count - at) * ELEMENT + data.len();
            for number in [flags, behind as u32, name.len() as u32, value.len() as u32] {
                heads.extend_from_slice(&number.to_le_bytes());
            }
            data.extend_from_slice(&name);
            data.extend_from_slice(&value);
        }
        let mut head = vec![0; PAGE_HEAD];
        head[8..10].copy_from_slice(&LEAF.to_le_bytes());
        head[10..12].copy_from_slice(&(count as u16).to_le_bytes());
        [head, heads, data].concat()
    }

    /// A database with this in it.
    pub(crate) fn database(items: Vec<Item>) -> Vec<u8> {
        let mut next = 3;
        let mut pages = Vec::new();
        let root = page(items, &mut next, &mut pages);
        pages.push((2, root));
        let mut bytes = vec![0; 4096 * usize::try_from(next).unwrap()];
        for (number, page) in pages {
            assert!(page.len() <= 4096);
            let at = 4096 * usize::try_from(number).unwrap();
            bytes[at..at + page.len()].copy_from_slice(&page);
        }
        for (at, change, root) in [(0, 7_u64, 99_u64), (4096, 8, 2)] {
            let meta = meta(next, change, root);
            bytes[at + PAGE_HEAD..][..META].copy_from_slice(&meta);
        }
        bytes
    }

    fn meta(pages: u64, change: u64, root: u64) -> Vec<u8> {
        let mut meta = vec![0; META];
        meta[..4].copy_from_slice(&MARK);
        meta[PAGE_LENGTH..][..4].copy_from_slice(&4096_u32.to_le_bytes());
        meta[ROOT..][..8].copy_from_slice(&root.to_le_bytes());
        meta[PAGES..][..8].copy_from_slice(&pages.to_le_bytes());
        meta[CHANGE..][..8].copy_from_slice(&change.to_le_bytes());
        let sum = fnv(&meta[..CHECKED]).to_le_bytes();
        meta[CHECKED..].copy_from_slice(&sum);
        meta
    }

    /// One whose only page is these bytes, as far as it is looked at.
    pub(crate) fn around(entries: &[u8]) -> Vec<u8> {
        let pages = 1 + entries.len().div_ceil(4096) as u64;
        let mut bytes = vec![0; 4096];
        bytes[PAGE_HEAD..][..META].copy_from_slice(&meta(pages, 1, 1));
        bytes.extend_from_slice(entries);
        bytes.resize(usize::try_from(pages).unwrap() * 4096, 0);
        bytes
    }

    fn sample() -> Vec<u8> {
        let value = |name, value: &str| Item::Value(name, value.into());
        let inner = vec![
            value("a", "1"),
            Item::Inline("deep".into(), vec![value("b", "2")]),
        ];
        database(vec![
            Item::Apart("apart".into(), inner),
            Item::Inline("inline".into(), vec![value("c", "3"), value("d", "")]),
        ])
    }

    #[test]
    fn buckets_and_values_are_found_by_their_names() {
        let bytes = sample();
        let database = Bolt::of(&bytes).unwrap();
        let all = database.buckets();
        let names: Vec<&[u8]> = all.all().map(|(name, _)| name).collect();
        assert_eq!(names, [&b"apart"[..], b"inline"]);
        let apart = all.bucket(b"apart").unwrap();
        assert_eq!(apart.value(b"a"), Some(&b"1"[..]));
        assert_eq!(apart.bucket(b"deep").unwrap().value(b"b"), Some(&b"2"[..]));
        assert!(apart.value(b"deep").is_none() && apart.bucket(b"a").is_none());
        let inline = all.bucket(b"inline").unwrap();
        assert_eq!(inline.value(b"d"), Some(&b""[..]));
        assert!(all.bucket(b"none").is_none());
    }

    #[test]
    fn a_database_that_is_cut_or_none_is_told() {
        let whole = around(b"entries");
        assert!(Bolt::of(&whole).is_some());
        assert!(Bolt::of(&whole[..whole.len() - 1]).is_none(), "cut");
        assert!(Bolt::of(&[7; 9000]).is_none(), "random");
        assert!(Bolt::of(b"").is_none(), "empty");
        let mut changed = whole.clone();
        changed[PAGE_HEAD + PAGES] ^= 1;
        assert!(Bolt::of(&changed).is_none(), "its checksum is wrong");
        // The first description was being written when the machine stopped.
        let second = [vec![0; 4096], whole].concat();
        assert!(Bolt::of(&second).is_some());
    }

    #[test]
    fn pages_that_lead_to_themselves_end() {
        let mut bytes = around(&[]);
        bytes.resize(2 * 4096, 0);
        bytes[PAGE_HEAD..][..META].copy_from_slice(&meta(2, 1, 1));
        bytes[4096 + 8..][..2].copy_from_slice(&BRANCH.to_le_bytes());
        bytes[4096 + 10..][..2].copy_from_slice(&250_u16.to_le_bytes());
        for element in 0..250 {
            let at = 4096 + PAGE_HEAD + element * ELEMENT + 8;
            bytes[at..][..8].copy_from_slice(&1_u64.to_le_bytes());
        }
        assert_eq!(Bolt::of(&bytes).unwrap().buckets().all().count(), 0);
    }

    proptest! {
        #[test]
        fn whatever_is_changed_in_it_nothing_panics(at in 4096_usize..16384, byte: u8) {
            let mut bytes = sample();
            if let Some(changed) = bytes.get_mut(at) {
                *changed = byte;
            }
            let database = Bolt::of(&bytes);
            for (_, bucket) in database.iter().flat_map(|all| all.buckets().all().collect::<Vec<_>>()) {
                for (_, inner) in bucket.all() {
                    let _ = inner.value(b"b");
                }
            }
        }
    }
}
