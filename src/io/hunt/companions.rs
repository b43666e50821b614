//! What lies beside a text and says what its rows are: in its folder, or before it in the same archive.
//!
//! `mailboxes.sql` beside `mailboxes.txt` (`mysqldump --tab`), `desk.mailboxes-schema.sql` beside `desk.mailboxes.sql`
//! (mydumper), a dump without rows beside one without tables, `toc.dat` beside `3333.dat.gz` (`pg_dump -Fd`). Such files
//! are read from their beginning, a little of each and a few of a folder, and each folder once.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::pg_contents::{self, FileRows};
use crate::domain::hunt::old_payloads::beside::{MadeTable, TextContext, table_of_rows};
use crate::domain::hunt::old_payloads::{Scanner, Wanted, made_tables};
use crate::io::fs;
use crate::words::untrusted::Untrusted;

/// How much is read of a file that may say how tables were made.
const MAX_SCHEMA: u64 = 1 << 20;
/// Files that are read for it in a folder where the names do not tell which.
const MAX_READ: usize = 16;
/// Names that are looked at in a folder.
const MAX_NAMES: usize = 20_000;
/// Archives whose members are remembered, and how many of each.
const MAX_ARCHIVES: usize = 8;
const MAX_REMEMBERED: usize = 64;
/// Endings of what is packed alone.
const PACKED: [&str; 5] = [".gz", ".zst", ".xz", ".bz2", ".lz4"];
/// How names tell that a file holds tables and no rows.
const SCHEMA: [&str; 3] = ["schema", "struct", "ddl"];
/// `zstd` looks back no further in what is as short as this.
const WINDOW_LOG: u32 = 23;

/// What was learned of the texts of a folder, or of an archive's members.
#[derive(Default)]
struct CompanionFacts {
    rows: Vec<FileRows>,
    made: BTreeMap<String, Vec<MadeTable>>,
}

/// A folder on disk.
struct KnownFolder {
    path: PathBuf,
    /// The names in it that may say something, by what they are without their packing.
    names: BTreeMap<String, PathBuf>,
    known: CompanionFacts,
    contents_read: bool,
}

/// An archive, by the way to it.
#[derive(PartialEq, Eq)]
struct ArchivePlace {
    path: PathBuf,
    inside: Vec<String>,
}

/// Looks for rows in one text after another, with what lies beside each.
pub(super) struct RowSearch<'w> {
    pub(super) scanner: Scanner<'w>,
    pub(super) companions: Companions,
}

impl<'w> RowSearch<'w> {
    pub(super) fn new(wanted: &'w Wanted) -> Self {
        Self {
            scanner: Scanner::new(wanted),
            companions: Companions::default(),
        }
    }
}

/// What is known beside the texts of a search.
#[derive(Default)]
pub(super) struct Companions {
    /// What is known of the next text, and needs not be looked for.
    pub(super) expected: Option<TextContext>,
    folder: Option<KnownFolder>,
    archives: Vec<(ArchivePlace, CompanionFacts)>,
}

/// Where a text is: its name without its packing, with its folders where it is a member of an archive.
struct TextPlace {
    archive: Option<ArchivePlace>,
    name: String,
}

impl TextPlace {
    fn of(path: &Path, inside: &[Untrusted]) -> Self {
        let of_file = path.file_name().unwrap_or_default();
        let mut way = vec![of_file.to_string_lossy().into_owned()];
        way.extend(inside.iter().map(|member| member.raw().clone()));
        // What is packed alone is no member.
        while let [.., packed, own] = &way[..]
            && is_unpacked(packed, own)
        {
            way.pop();
        }
        let name = way.pop().unwrap_or_default();
        let archive = (!way.is_empty()).then(|| ArchivePlace {
            path: path.to_owned(),
            inside: way.split_off(1),
        });
        Self {
            archive,
            name: unpacked(&name).to_owned(),
        }
    }

    /// The name without folders.
    fn own_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

/// A name without the ending of what it is packed with.
fn unpacked(name: &str) -> &str {
    let ending = PACKED.iter().find_map(|ending| name.strip_suffix(ending));
    ending.unwrap_or(name)
}

fn is_unpacked(packed: &str, own: &str) -> bool {
    let name = packed.rsplit('/').next().unwrap_or(packed);
    unpacked(name) == own && name != own
}

/// Whether rows of `pg_dump` may be in a file of this name: `3333.dat`.
fn is_numbered(name: &str) -> bool {
    let number = name.strip_suffix(".dat");
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

impl Companions {
    /// Whether a text holds rows for all that is known, though nothing in it may look like it.
    pub(super) fn awaits(&self, path: &Path, inside: &[Untrusted]) -> bool {
        self.expected.is_some() || {
            let place = TextPlace::of(path, inside);
            let name = place.own_name();
            is_numbered(name) || table_of_rows(name).is_some()
        }
    }

    /// What is known beside a text.
    pub(super) fn of(&mut self, path: &Path, inside: &[Untrusted]) -> TextContext {
        let place = TextPlace::of(path, inside);
        let name = place.own_name().to_owned();
        if let Some(expected) = self.expected.take() {
            return expected;
        }
        let mut beside = TextContext::default();
        match &place.archive {
            Some(archive) => {
                if let Some((_, known)) = self.archives.iter().find(|(a, _)| a == archive) {
                    known.tell(&place.name, &mut beside);
                }
            }
            None => {
                if let Some(folder) = self.folder(path.parent(), &name) {
                    folder.read_beside(&name);
                    folder.known.tell(&name, &mut beside);
                }
            }
        }
        beside.name = Some(name);
        beside
    }

    /// Files beside this one, in its archive, hold these rows.
    pub(super) fn remember(&mut self, path: &Path, inside: &[Untrusted], rows: Vec<FileRows>) {
        let place = TextPlace::of(path, inside);
        let folder = place.name.strip_suffix(place.own_name()).unwrap_or("");
        let below = rows.into_iter().map(|rows| FileRows {
            name: format!("{folder}{}", rows.name),
            ..rows
        });
        let below: Vec<FileRows> = below.collect();
        if let Some(known) = self.archive(place.archive) {
            known.rows.extend(below);
            known.rows.truncate(MAX_REMEMBERED);
        }
    }

    /// A text made these tables.
    pub(super) fn learn(&mut self, path: &Path, inside: &[Untrusted], made: Vec<MadeTable>) {
        if made.is_empty() {
            return;
        }
        let place = TextPlace::of(path, inside);
        if let Some(known) = self.archive(place.archive)
            && known.made.len() < MAX_REMEMBERED
        {
            known.made.insert(place.name, made);
        }
    }

    fn archive(&mut self, place: Option<ArchivePlace>) -> Option<&mut CompanionFacts> {
        let place = place?;
        let at = match self.archives.iter().position(|(a, _)| *a == place) {
            Some(at) => at,
            None => {
                if self.archives.len() == MAX_ARCHIVES {
                    self.archives.remove(0);
                }
                self.archives.push((place, CompanionFacts::default()));
                self.archives.len() - 1
            }
        };
        Some(&mut self.archives[at].1)
    }

    /// The folder of a file, where something in it may be read for a file of this name.
    fn folder(&mut self, path: Option<&Path>, name: &str) -> Option<&mut KnownFolder> {
        let asks = is_numbered(name) || name.ends_with(".sql") || table_of_rows(name).is_some();
        let path = path.filter(|_| asks)?;
        if self.folder.as_ref().is_none_or(|known| known.path != path) {
            self.folder = Some(KnownFolder::new(path));
        }
        self.folder.as_mut()
    }
}

impl CompanionFacts {
    /// Tells what is known beside a text of this name, and nothing of the text itself.
    fn tell(&self, name: &str, beside: &mut TextContext) {
        if let Some(known) = self.rows.iter().find(|rows| rows.name == name) {
            *beside = known.beside.clone();
        } else if let Some(made) = table_file(name).and_then(|file| self.made.get(&file)) {
            let table = table_of_rows(name).map(|(table, _)| table);
            let of_this = made.iter().find(|made| Some(made.name()) == table);
            beside.rows = of_this.map(MadeTable::rows);
        } else if let Some(made) = schema_file(name).and_then(|file| self.made.get(&file)) {
            beside.tables = made.clone();
        } else if name.ends_with(".sql") {
            let folder = |name: &str| name.rfind('/').map(|end| name[..end].to_owned());
            let others = self
                .made
                .iter()
                .filter(|(other, _)| *other != name && folder(other) == folder(name));
            let unfilled = others.flat_map(|(_, made)| made).filter(|m| !m.is_filled());
            beside.tables = unfilled.cloned().collect();
        }
    }
}

/// The file of a `--tab` dump that makes the table whose rows are in this one.
fn table_file(rows: &str) -> Option<String> {
    let stem = rows.strip_suffix(".txt")?;
    Some(format!("{stem}.sql"))
}

/// mydumper's file that makes the table whose rows are in this one: `desk.mailboxes.00000.sql` or without a number.
fn schema_file(rows: &str) -> Option<String> {
    let mut stem = rows.strip_suffix(".sql")?;
    while let Some((before, digits)) = stem.rsplit_once('.')
        && !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
    {
        stem = before;
    }
    Some(format!("{stem}-schema.sql"))
}

impl KnownFolder {
    fn new(path: &Path) -> Self {
        let entries = std::fs::read_dir(path).into_iter().flatten();
        let files = entries.take(MAX_NAMES).flatten().map(|entry| entry.path());
        let named = files.filter_map(|file| {
            let name = unpacked(file.file_name()?.to_str()?).to_owned();
            (name.ends_with(".sql") || name == "toc.dat").then_some((name, file))
        });
        Self {
            path: path.to_owned(),
            names: named.collect(),
            known: CompanionFacts::default(),
            contents_read: false,
        }
    }

    /// Reads what may say something of a file of this name.
    fn read_beside(&mut self, name: &str) {
        if is_numbered(name) && !self.contents_read {
            self.contents_read = true;
            if let Some(mut file) = self.names.get("toc.dat").and_then(|path| open(path)) {
                self.known.rows = pg_contents::files_beside(&mut file);
            }
        }
        let exact = [table_file(name), schema_file(name)];
        for name in exact.into_iter().flatten() {
            if self.names.contains_key(&name) {
                return self.read_schema(&name);
            }
        }
        if !name.ends_with(".sql") {
            return;
        }
        let says = |name: &String| SCHEMA.iter().any(|word| name.contains(word));
        let mut others: Vec<String> = self.names.keys().filter(|n| *n != name).cloned().collect();
        others.sort_by_key(|name| !says(name));
        for other in others.into_iter().take(MAX_READ) {
            self.read_schema(&other);
        }
    }

    fn read_schema(&mut self, name: &str) {
        if self.known.made.contains_key(name) {
            return;
        }
        let made = self.names.get(name).and_then(|path| schema(path));
        self.known
            .made
            .insert(name.to_owned(), made.unwrap_or_default());
    }
}

/// The tables that a file makes, read from its beginning.
fn schema(path: &Path) -> Option<Vec<MadeTable>> {
    let file = open(path)?;
    let stream: Box<dyn Read> = match path.extension().map(OsStr::as_bytes) {
        Some(b"gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
        Some(b"zst") => {
            let mut decoder = zstd::stream::read::Decoder::new(file).ok()?;
            decoder.window_log_max(WINDOW_LOG).ok()?;
            Box::new(decoder)
        }
        Some(b"sql") => Box::new(file),
        _ => return None,
    };
    let mut text = Zeroizing::new(Vec::new());
    // What was read before it failed counts.
    let _ = stream.take(MAX_SCHEMA).read_to_end(&mut text);
    Some(made_tables(&text))
}

/// A regular file, which no link leads to.
fn open(path: &Path) -> Option<File> {
    fs::open_regular(path).ok().map(|(file, _)| file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_what_their_makers_call_them() {
        for (rows, schema) in [
            ("desk.mailboxes.sql", "desk.mailboxes-schema.sql"),
            ("desk.mailboxes.00000.sql", "desk.mailboxes-schema.sql"),
            (
                "a/desk.mailboxes.00001.00002.sql",
                "a/desk.mailboxes-schema.sql",
            ),
        ] {
            assert_eq!(schema_file(rows).as_deref(), Some(schema), "{rows}");
        }
        assert_eq!(
            table_file("mailboxes.txt").as_deref(),
            Some("mailboxes.sql")
        );
        assert!(is_numbered("3333.dat") && !is_numbered("toc.dat") && !is_numbered(".dat"));
        assert!(is_unpacked("a/3333.dat.gz", "3333.dat") && !is_unpacked("a/x", "x"));
    }
}
