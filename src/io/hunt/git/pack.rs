//! A pack: objects one behind the other, whole ones and differences to others (git's `gitformat-pack`).
//!
//! With its index every object is found whatever is damaged between; without one they are read in their order.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::rc::Rc;

use zeroize::Zeroizing;

use super::index::{Index, PACK_HEADER};
use super::{BlockReader, GitStoreReader, Object, ObjectKind, broken, damaged, delta, stored};
use crate::io::fs;
use crate::io::hunt::SkipReason;
use crate::io::hunt::budget::{Budget, FAST, MeteredReader};
use crate::words::words;

/// Differences to differences; git itself goes no deeper than 4095.
const MAX_CHAIN: usize = 4096;
/// What one step along such a chain costs of the budget: reading a head, not unpacking.
const STEP: u64 = 1 << 10;
/// Work of a byte of an object that is made of others: it is held in memory, and wiped.
const MADE: u64 = 4;
/// Unpacked objects that are kept as bases for others, in bytes.
const KEPT: usize = 4 << 20;
/// What keeping one costs beside its content.
const KEEPING: usize = 128;

/// An unpacked object, wiped when the last user lets go.
type Content = Rc<Zeroizing<Vec<u8>>>;

/// How an object is stored.
enum ObjectForm {
    Whole(Option<ObjectKind>),
    /// A difference to the object at this place of the pack.
    Offset(u64),
    /// A difference to the object of this name.
    Name(Vec<u8>),
}

/// The head of an object in a pack.
struct ObjectHeader {
    form: ObjectForm,
    /// Bytes it unpacks to; of a difference, its own.
    size: u64,
    /// Where its packed bytes begin.
    packed: u64,
}

struct Pack {
    file: File,
    /// Where it begins in its file.
    base: u64,
    name: String,
    name_length: usize,
    index: Option<Index>,
    kept: BaseCache,
    budget: Budget,
}

/// Gives every object of a pack to the reader, and reports those that cannot be read.
pub(super) fn read(reader: &mut GitStoreReader<'_>, path: &Path) -> Result<(), SkipReason> {
    read_behind(reader, path, 0)
}

/// The same of a pack that does not begin with its file.
pub(super) fn read_behind(
    reader: &mut GitStoreReader<'_>,
    path: &Path,
    base: u64,
) -> Result<(), SkipReason> {
    let file = match fs::open_regular(path) {
        Ok((file, meta)) => {
            reader.budget.lies_there(stored(&meta));
            file
        }
        Err(e) if e.is_missing() => return Ok(()),
        Err(e) => return Err(SkipReason::Refused(e.reason())),
    };
    let mut head = [0; PACK_HEADER as usize];
    file.read_exact_at(&mut head, base)
        .map_err(|e| broken(&e))?;
    let [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, count @ ..] = head else {
        return Err(damaged(words().git_not_a_pack));
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Repositories with SHA-256 name their packs by it too.
    let sha256 = name.len() == "pack-.pack".len() + 64;
    let name_length = if sha256 { 32 } else { 20 };
    let mut pack = Pack {
        file,
        base,
        name: name.into_owned(),
        name_length,
        budget: reader.budget.clone(),
        index: Index::read(&path.with_extension("idx"), name_length),
        kept: BaseCache::default(),
    };
    let mut left = u32::from_be_bytes(count);
    let mut place = (left > 0).then_some(PACK_HEADER);
    while let Some(at) = place {
        let object = pack.object_name(at);
        if let Err(why) = pack.object(reader, at) {
            reader.skip(path, vec![object.into()], why);
        }
        if reader.ended() {
            return Ok(());
        }
        left = left.saturating_sub(1);
        place = match &pack.index {
            Some(index) => index.after(at),
            None if left > 0 => Some(pack.end(reader, at)?),
            None => None,
        };
    }
    Ok(())
}

impl Pack {
    fn object_name(&self, at: u64) -> String {
        let name = self.index.as_ref().and_then(|index| index.name(at));
        name.unwrap_or_else(|| format!("{}:{at}", self.name))
    }

    fn object(&mut self, reader: &mut GitStoreReader<'_>, at: u64) -> Result<(), SkipReason> {
        let entry = self.entry(at)?;
        match entry.form {
            ObjectForm::Whole(None) => Ok(()),
            ObjectForm::Whole(Some(kind)) => {
                let object = Object {
                    id: self.object_name(at),
                    kind,
                };
                reader.give_stream(&object, self.unpacking(&entry), entry.size)
            }
            ObjectForm::Offset(_) | ObjectForm::Name(_) => match self.resolve(reader, at)? {
                None => Ok(()),
                Some((kind, content)) => {
                    let object = Object {
                        id: self.object_name(at),
                        kind,
                    };
                    reader.give(&object, &mut &content[..])
                }
            },
        }
    }

    fn unpacking(&self, entry: &ObjectHeader) -> flate2::bufread::ZlibDecoder<BlockReader<'_>> {
        flate2::bufread::ZlibDecoder::new(BlockReader::new(
            &self.file,
            self.base + entry.packed,
            &self.budget,
        ))
    }

    /// Three bits of type and a size of seven bits a byte; then, of a difference, what it builds on.
    fn entry(&self, at: u64) -> Result<ObjectHeader, SkipReason> {
        let mut head = BlockReader::new(&self.file, self.base + at, &self.budget);
        let mut used = 0;
        let mut byte = || -> Result<u8, SkipReason> {
            let mut byte = [0];
            head.read_exact(&mut byte).map_err(|e| broken(&e))?;
            used += 1;
            Ok(byte[0])
        };
        let wrong = || damaged(words().git_not_an_object);
        let first = byte()?;
        let (mut size, mut shift, mut next) = (u64::from(first & 0x0f), 4, first);
        while next & 0x80 != 0 {
            next = byte()?;
            if shift > 56 {
                return Err(wrong());
            }
            size |= u64::from(next & 0x7f) << shift;
            shift += 7;
        }
        let form = match first >> 4 & 7 {
            1 => ObjectForm::Whole(Some(ObjectKind::Commit)),
            2 => ObjectForm::Whole(None),
            3 => ObjectForm::Whole(Some(ObjectKind::Blob)),
            4 => ObjectForm::Whole(Some(ObjectKind::Tag)),
            6 => {
                let mut next = byte()?;
                let mut back = u64::from(next & 0x7f);
                while next & 0x80 != 0 {
                    next = byte()?;
                    if back >> 50 != 0 {
                        return Err(wrong());
                    }
                    back = (back + 1) << 7 | u64::from(next & 0x7f);
                }
                let base = at
                    .checked_sub(back)
                    .filter(|base| back > 0 && *base >= PACK_HEADER);
                ObjectForm::Offset(base.ok_or_else(wrong)?)
            }
            7 => ObjectForm::Name(
                (0..self.name_length)
                    .map(|_| byte())
                    .collect::<Result<_, _>>()?,
            ),
            _ => return Err(wrong()),
        };
        Ok(ObjectHeader {
            form,
            size,
            packed: at + used,
        })
    }

    /// The object at this place with all differences applied; `None` for a tree.
    fn resolve(
        &mut self,
        reader: &mut GitStoreReader<'_>,
        mut at: u64,
    ) -> Result<Option<(ObjectKind, Content)>, SkipReason> {
        let limit = reader.limits.object;
        let mut chain: Vec<(u64, ObjectHeader)> = Vec::new();
        let (kind, mut content) = loop {
            if let Some(kept) = self.kept.of(at) {
                break kept;
            }
            reader.budget.work(STEP);
            if reader.budget.exceeded() {
                return Err(reader.budget.why());
            }
            let entry = self.entry(at)?;
            match &entry.form {
                ObjectForm::Whole(None) => return Ok(None),
                ObjectForm::Whole(Some(kind)) => {
                    let content = Rc::new(self.unpack(reader, &entry, limit)?);
                    self.kept.add(at, *kind, &content);
                    break (*kind, content);
                }
                _ if chain.len() >= MAX_CHAIN => return Err(SkipReason::TooDeep),
                ObjectForm::Offset(base) => {
                    let base = *base;
                    chain.push((at, entry));
                    at = base;
                }
                ObjectForm::Name(name) => {
                    let base = self.index.as_ref().and_then(|index| index.place(name));
                    chain.push((at, entry));
                    at = base.ok_or_else(|| damaged(words().git_no_base))?;
                }
            }
        };
        for (at, entry) in chain.into_iter().rev() {
            let delta = self.unpack(reader, &entry, limit)?;
            let made = delta::apply(&content, &delta, limit)?;
            reader.spend(made.len() as u64, MADE)?;
            content = Rc::new(made);
            self.kept.add(at, kind, &content);
        }
        Ok(Some((kind, content)))
    }

    fn unpack(
        &self,
        reader: &mut GitStoreReader<'_>,
        entry: &ObjectHeader,
        limit: u64,
    ) -> Result<Zeroizing<Vec<u8>>, SkipReason> {
        if entry.size > limit {
            return Err(SkipReason::TooMuch(limit >> 20));
        }
        reader.spend(entry.size, MADE)?;
        // Room for all of it at once: a growing buffer would leave copies behind.
        let room = usize::try_from(entry.size).unwrap_or(0) + 1;
        let mut content = Zeroizing::new(Vec::with_capacity(room));
        let read = self
            .unpacking(entry)
            .take(entry.size + 1)
            .read_to_end(&mut content)
            .map_err(|e| broken(&e))?;
        if read as u64 == entry.size {
            Ok(content)
        } else {
            Err(damaged(words().git_not_an_object))
        }
    }

    /// Where the object at this place ends: only unpacking it tells.
    fn end(&self, reader: &mut GitStoreReader<'_>, at: u64) -> Result<u64, SkipReason> {
        let entry = self.entry(at)?;
        let mut content = self.unpacking(&entry);
        let bounded = (&mut content).take(entry.size.saturating_add(1));
        let mut metered = MeteredReader::new(bounded, &reader.budget, FAST, reader.cancel);
        let read = std::io::copy(&mut metered, &mut std::io::sink());
        let read = read.map_err(|e| match reader.budget.exceeded() {
            true => reader.budget.why(),
            false => broken(&e),
        })?;
        if read == entry.size {
            Ok(entry.packed + content.total_in())
        } else {
            Err(damaged(words().git_not_an_object))
        }
    }
}

/// The objects unpacked last, as bases for the next ones.
#[derive(Default)]
struct BaseCache {
    contents: HashMap<u64, (ObjectKind, Content)>,
    order: VecDeque<u64>,
    bytes: usize,
}

impl BaseCache {
    fn of(&self, at: u64) -> Option<(ObjectKind, Content)> {
        self.contents.get(&at).cloned()
    }

    fn add(&mut self, at: u64, kind: ObjectKind, content: &Content) {
        if content.len() > KEPT / 4 || self.contents.contains_key(&at) {
            return;
        }
        self.bytes += content.len() + KEEPING;
        self.order.push_back(at);
        self.contents.insert(at, (kind, Rc::clone(content)));
        while self.bytes > KEPT {
            let Some(oldest) = self.order.pop_front() else {
                return;
            };
            if let Some((_, content)) = self.contents.remove(&oldest) {
                self.bytes -= content.len() + KEEPING;
            }
        }
    }
}
