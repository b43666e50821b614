//! The statements of a dump, byte by byte: most are skipped line by line, those that fill a table of FreeScout are read.
//!
//! Written by `mysqldump`/`mariadb-dump`, phpMyAdmin, Adminer, `pg_dump` (both `COPY` and `--inserts`) and SQLite's
//! `.dump`. A statement begins a line, or follows one that was read. Which backslashes escape, the dump's first lines
//! say; without them MySQL's backticks do.

use std::ops::Range;

use jiff::civil::DateTime;
use zeroize::Zeroizing;

use super::beside::{MadeTable, TextContext};
use super::dates;
use super::heads::{self, Head};
use super::names;
use super::origin::PayloadOrigin;
use super::rows::{DumpRow, Layout, table_of};
use super::sighting::EARLY;

pub(super) mod delimited;
mod dump_origin;
mod edges;
mod values;

use delimited::Lines;
use dump_origin::DumpOrigin;
use values::{CopyLines, InsertRows, Over};

/// A head longer than this is none.
const MAX_HEAD: usize = 32 << 10;
/// A comment longer than this says nothing.
const MAX_LINE: usize = 1 << 10;
/// Tables whose columns are remembered.
const MAX_TABLES: usize = 16;

/// What a dump says.
pub(super) enum DumpEvent<'o> {
    /// A row of a table of FreeScout, and where it stands.
    Row(DumpRow, &'o PayloadOrigin),
    /// Another dump begins in the same stream, or this one is over.
    Begins,
    /// The dump says its date.
    Date(DateTime),
}

/// How a line begins that is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineKind {
    Insert,
    Create,
    Copy,
    Update,
    Line,
    /// A statement that names a database.
    Name,
}

const KEYWORDS: [(&[u8], LineKind); 21] = [
    (b"INSERT ", LineKind::Insert),
    (b"REPLACE ", LineKind::Insert),
    (b"CREATE TABLE ", LineKind::Create),
    (b"COPY ", LineKind::Copy),
    (b"UPDATE ", LineKind::Update),
    (b"Update ", LineKind::Update),
    (b"update ", LineKind::Update),
    (b"-- ", LineKind::Line),
    (b"/*", LineKind::Line),
    (b"PRAGMA ", LineKind::Line),
    (b"SET standard_", LineKind::Line),
    (b"SET search_path", LineKind::Line),
    (b"\\connect ", LineKind::Line),
    (b"\\c ", LineKind::Line),
    (b"# ", LineKind::Line),
    (b"Source ", LineKind::Line),
    (b"USE ", LineKind::Name),
    (b"use ", LineKind::Name),
    (b"Use ", LineKind::Name),
    (b"CREATE DATABASE ", LineKind::Name),
    (b"create database ", LineKind::Name),
];

/// The first and the second bytes of the keywords: of most lines, those of a mail in base64 say, no more is looked at.
static BEGINNINGS: [[bool; 256]; 2] = {
    let mut table = [[false; 256]; 2];
    let mut number = 0;
    while number < KEYWORDS.len() {
        let word = KEYWORDS[number].0;
        table[0][word[0] as usize] = true;
        table[1][word[1] as usize] = true;
        number += 1;
    }
    table
};

/// How the first lines of a dump begin, and whether backslashes escape in it.
const HEADERS: [(&[u8], Option<bool>); 8] = [
    (b"-- MySQL dump", Some(true)),
    (b"-- MariaDB dump", Some(true)),
    (b"-- phpMyAdmin SQL Dump", Some(true)),
    (b"-- Adminer", None),
    (b"-- PostgreSQL database dump", Some(false)),
    (b"/*", Some(true)),
    (b"PRAGMA ", Some(false)),
    (b"SET standard_conforming_strings = on", Some(false)),
];

/// How a dump of PostgreSQL ends: it begins the same.
const POSTGRESQL_OVER: &[u8] = b"-- PostgreSQL database dump complete";
/// How a dump of MySQL ends, with its date or without.
const MYSQL_OVER: &[u8] = b"-- Dump completed";
/// What a dump of MySQL does first, and once, also where it has no comments.
const MYSQL_SETTINGS: &[u8] = b"/*!40101 SET @OLD_CHARACTER_SET_CLIENT";

/// Names of the tables that are read, and how far behind the beginning of a statement one may stand.
const TABLES: [&[u8]; 3] = [b"mailboxes", b"options", b"modules"];
const MAX_NAME: usize = 256;

/// Whether a line begins with something that is read.
pub(super) fn matters(line: &[u8]) -> bool {
    let [first, second, ..] = line else {
        return false;
    };
    if !(BEGINNINGS[0][usize::from(*first)] && BEGINNINGS[1][usize::from(*second)]) {
        return false;
    }
    let keyword = KEYWORDS.iter().find(|(word, _)| line.starts_with(word));
    match keyword {
        None => false,
        Some((_, LineKind::Line | LineKind::Name)) => {
            let end = memchr::memchr(b'\n', &line[..line.len().min(MAX_LINE)]);
            let line = &line[..end.unwrap_or(line.len().min(MAX_LINE))];
            HEADERS.iter().any(|(word, _)| line.starts_with(word))
                || line.starts_with(MYSQL_OVER)
                || names::may_name(line)
                || dates::of_line(line).is_some()
        }
        Some(_) => {
            let head = line[..line.len().min(MAX_NAME)].to_ascii_lowercase();
            TABLES
                .iter()
                .any(|table| memchr::memmem::find(&head, table).is_some())
        }
    }
}

#[derive(Default)]
enum State {
    /// The first line of the text: it may be that of a table.
    #[default]
    First,
    /// A line begins, or a statement after a statement that was read.
    Start,
    /// Nothing of interest until the next line.
    Skip,
    /// A line that may be one of [`KEYWORDS`], or is.
    Head(Option<LineKind>, Quoting),
    /// The rows of a statement.
    Rows(Box<InsertRows>),
    /// The lines of a `COPY`.
    Lines(Box<CopyLines>),
    /// The lines of a table.
    Table(Box<Lines>),
}

/// Where in the head of a statement we are.
#[derive(Default, Clone, Copy)]
struct Quoting {
    quote: Option<u8>,
    depth: u32,
    /// After a backslash in a literal in which it escapes.
    escaped: bool,
}

/// Reads statements from a stream.
#[derive(Default)]
pub(super) struct Statements {
    state: State,
    head: Zeroizing<Vec<u8>>,
    /// Where the statement at hand began.
    began: u64,
    backslash: Option<bool>,
    layouts: Vec<(Vec<u8>, Option<Layout>)>,
    beside: TextContext,
    made: Vec<MadeTable>,
    spans: Vec<Range<u64>>,
    named: DumpOrigin,
    /// Where the rows at hand stand.
    origin: PayloadOrigin,
}

impl Statements {
    /// Takes the next bytes, which stand at `offset` in the stream.
    pub(super) fn read(&mut self, bytes: &[u8], offset: u64, on: &mut dyn FnMut(DumpEvent<'_>)) {
        let mut at = 0;
        while at < bytes.len() {
            at += match &mut self.state {
                State::First => self.first(&bytes[at..], offset + at as u64, on),
                State::Skip => match memchr::memchr(b'\n', &bytes[at..]) {
                    Some(end) => {
                        self.state = State::Start;
                        end + 1
                    }
                    None => bytes.len() - at,
                },
                State::Start => {
                    self.start(bytes[at], offset + at as u64);
                    1
                }
                State::Head(..) => {
                    self.head(bytes[at], on);
                    1
                }
                State::Rows(rows) => {
                    let origin = &self.origin;
                    let (used, over) =
                        rows.read(&bytes[at..], &mut |row| on(DumpEvent::Row(row, origin)));
                    self.over(over, offset + (at + used) as u64);
                    used
                }
                State::Lines(rows) => {
                    let origin = &self.origin;
                    let (used, over) =
                        rows.read(&bytes[at..], &mut |row| on(DumpEvent::Row(row, origin)));
                    self.over(over, offset + (at + used) as u64);
                    used
                }
                State::Table(lines) => {
                    let origin = &self.origin;
                    let mut each = |row| on(DumpEvent::Row(row, origin));
                    let (used, over) = match &mut **lines {
                        Lines::Tabs(rows) => rows.read(&bytes[at..], &mut each),
                        Lines::Quoted(rows) => rows.read(&bytes[at..], &mut each),
                    };
                    self.over(over, offset + (at + used) as u64);
                    used
                }
            };
        }
    }

    /// The tables of FreeScout that the text makes.
    pub(super) fn made(&self) -> &[MadeTable] {
        &self.made
    }

    /// The stretches of the stream that were read as rows, the one at hand included.
    pub(super) fn spans(&self) -> Vec<Range<u64>> {
        let mut spans = self.spans.clone();
        if matches!(
            self.state,
            State::Rows(_) | State::Lines(_) | State::Table(_)
        ) {
            spans.push(self.began..u64::MAX);
        }
        spans
    }

    /// Whether nothing is being read: the next statement begins a line.
    pub(super) fn rests(&self, last: Option<u8>) -> bool {
        match self.state {
            State::Skip => true,
            State::First => last.is_none(),
            State::Start => last.is_none_or(|byte| byte == b'\n'),
            _ => false,
        }
    }

    /// Goes over bytes in which no line matters; these are the last of them.
    pub(super) fn pass_over(&mut self, last: &[u8]) {
        self.state = match last.last() {
            Some(b'\n') => State::Start,
            _ => State::Skip,
        };
    }

    fn over(&mut self, over: Over, end: u64) {
        self.state = match over {
            Over::Not => return,
            Over::Whole => State::Start,
            Over::Broken => State::Skip,
        };
        self.spans.push(self.began..end);
    }

    /// Stretches that end before this place are not asked for any more.
    pub(super) fn forget(&mut self, before: u64) {
        self.spans.retain(|span| span.end > before);
    }

    fn start(&mut self, byte: u8, at: u64) {
        if byte.is_ascii_whitespace() || byte == b';' {
            return;
        }
        if KEYWORDS.iter().any(|(word, _)| word[0] == byte) {
            self.head.clear();
            self.head.push(byte);
            self.began = at;
            self.state = State::Head(None, Quoting::default());
        } else {
            self.state = State::Skip;
        }
    }

    fn head(&mut self, byte: u8, on: &mut dyn FnMut(DumpEvent<'_>)) {
        let State::Head(kind, quoting) = &mut self.state else {
            return;
        };
        self.head.push(byte);
        let Some(kind) = *kind else {
            let head = self.head.as_slice();
            match KEYWORDS.iter().find(|(word, _)| word.starts_with(head)) {
                Some((word, found)) if word.len() == head.len() => *kind = Some(*found),
                Some(_) => {}
                None => self.skip(byte),
            }
            return;
        };
        if matches!(kind, LineKind::Line | LineKind::Copy) {
            let most = if kind == LineKind::Copy {
                MAX_HEAD
            } else {
                MAX_LINE
            };
            if byte == b'\n' || self.head.len() >= most {
                self.line(kind, on);
                self.skip_unless_rows(byte);
            }
            return;
        }
        if self.head.len() >= MAX_HEAD || byte == 0 {
            return self.skip(byte);
        }
        if kind == LineKind::Update {
            match (quoting.quote, byte) {
                (Some(_), _) if quoting.escaped => quoting.escaped = false,
                (Some(b'\''), b'\\') => quoting.escaped = self.backslash != Some(false),
                (Some(quote), b) if quote == b => quoting.quote = None,
                (None, b'\'' | b'"' | b'`') => quoting.quote = Some(byte),
                (None, b';') => self.update(on),
                _ => {}
            }
            return;
        }
        if kind == LineKind::Name {
            match (quoting.quote, byte) {
                (_, b'\n') | (None, b';') => {
                    self.name();
                    self.state = State::Start;
                }
                _ if self.head.len() >= MAX_LINE => self.skip(byte),
                (Some(quote), b) if quote == b => quoting.quote = None,
                (None, b'\'' | b'"' | b'`') => quoting.quote = Some(byte),
                _ => {}
            }
            return;
        }
        match (quoting.quote, byte) {
            (Some(quote), b) if quote == b => quoting.quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => quoting.quote = Some(byte),
            (None, b'(') => quoting.depth += 1,
            (None, b')') => {
                quoting.depth = quoting.depth.saturating_sub(1);
                if kind == LineKind::Create && quoting.depth == 0 {
                    self.learn();
                    self.state = State::Skip;
                }
            }
            (None, b';') => self.state = State::Start,
            (None, b'S' | b's') if kind == LineKind::Insert && quoting.depth == 0 => {
                let values = self.head.len().checked_sub(7).map(|at| &self.head[at..]);
                if values.is_some_and(|v| {
                    v[1..].eq_ignore_ascii_case(b"VALUES") && !v[0].is_ascii_alphanumeric()
                }) {
                    self.rows();
                }
            }
            (None, _) => {}
        }
    }

    fn skip(&mut self, last: u8) {
        self.state = if last == b'\n' {
            State::Start
        } else {
            State::Skip
        };
    }

    fn skip_unless_rows(&mut self, last: u8) {
        if !matches!(self.state, State::Lines(_)) {
            self.skip(last);
        }
    }

    /// A whole line: a comment, a setting, or the head of a `COPY`.
    fn line(&mut self, kind: LineKind, on: &mut dyn FnMut(DumpEvent<'_>)) {
        let line = self.head.trim_ascii_end();
        if kind == LineKind::Copy {
            let head = heads::copy(line);
            let origin = head.as_ref().map(|head| self.origin_of(head, false));
            let layout = head.and_then(|head| self.layout(head));
            if let (Some(layout), Some(origin)) = (layout, origin) {
                self.origin = origin;
                self.state = State::Lines(Box::new(CopyLines::new(layout)));
            }
            return;
        }
        if let Some((word, backslash)) = HEADERS.iter().find(|(word, _)| line.starts_with(word)) {
            self.backslash = self.backslash.or(*backslash);
            if word.starts_with(b"--") {
                self.another(on);
            }
        }
        let line = self.head.trim_ascii_end();
        if let Some(date) = dates::of_line(line) {
            for made in &mut self.made {
                made.date.get_or_insert(date);
            }
            on(DumpEvent::Date(date));
        }
        if line.starts_with(MYSQL_OVER) || line.starts_with(POSTGRESQL_OVER) {
            self.named = DumpOrigin::default();
            return on(DumpEvent::Begins);
        }
        if line.starts_with(MYSQL_SETTINGS) {
            if self.named.settings {
                self.another(on);
            }
            self.named.settings = true;
        }
        self.name();
    }

    /// Another dump begins.
    fn another(&mut self, on: &mut dyn FnMut(DumpEvent<'_>)) {
        self.named.another(self.began);
        if self.named.database.is_none() {
            self.layouts.clear();
        }
        on(DumpEvent::Begins);
    }

    /// What the line or statement at hand says of where the rows are from. Tables of another database may have other
    /// columns.
    fn name(&mut self) {
        let early = self.began < EARLY as u64;
        if let Some(said) = names::of_line(&self.head, early)
            && self.named.take(said, self.began)
        {
            self.layouts.clear();
        }
    }

    /// Where the rows stand that a statement with this head fills. In an `INSERT` of a dump that escapes no line ends,
    /// any line before it may have been part of a text.
    fn origin_of(&self, head: &Head, lines_may_be_texts: bool) -> PayloadOrigin {
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        let qualifier = head.qualifier.as_deref().map(text);
        PayloadOrigin {
            host: self.named.host.clone(),
            unsure: self.named.database.is_some() && lines_may_be_texts,
            database: self.named.database.clone(),
            schema: qualifier.or_else(|| self.named.schema.clone()),
            table: Some(text(&head.name)),
        }
    }

    /// `INSERT … VALUES`: rows follow, if they are of a table of FreeScout.
    fn rows(&mut self) {
        let backslash = self.backslash.unwrap_or_else(|| self.head.contains(&b'`'));
        let head = heads::insert(&self.head);
        let origin = head.as_ref().map(|head| self.origin_of(head, !backslash));
        self.state = match (head.and_then(|head| self.layout(head)), origin) {
            (Some(layout), Some(origin)) => {
                self.origin = origin;
                State::Rows(Box::new(InsertRows::new(layout, backslash)))
            }
            _ => State::Skip,
        };
    }

    /// The order of the columns: as the statement names them, else as the table was made, here or in a file beside this
    /// one, else as FreeScout makes it.
    fn layout(&mut self, head: Head) -> Option<Layout> {
        let table = table_of(&head.name)?;
        let of_this = |made: &&mut MadeTable| made.name().as_bytes() == head.name;
        if let Some(made) = self.made.iter_mut().find(of_this) {
            made.filled = true;
        }
        if head.columns.is_some() {
            return Layout::of(&head);
        }
        if let Some((_, layout)) = self.layouts.iter().find(|(name, _)| *name == head.name) {
            return layout.clone();
        }
        let database = self.named.database.as_deref();
        let beside = self.beside.layout(&head.name, database).cloned();
        beside.or_else(|| Layout::usual(table))
    }

    /// Remembers the columns of a table. One that has not the right columns is remembered as well: it is none of ours.
    fn learn(&mut self) {
        let Some(head) = heads::create(&self.head) else {
            return;
        };
        if table_of(&head.name).is_none() {
            return;
        }
        let layout = Layout::of(&head);
        if let Some(layout) = &layout
            && self.made.len() < MAX_TABLES
        {
            self.made.push(MadeTable {
                origin: self.origin_of(&head, false),
                layout: layout.clone(),
                date: None,
                filled: false,
            });
        }
        self.layouts.retain(|(name, _)| *name != head.name);
        if self.layouts.len() == MAX_TABLES {
            self.layouts.remove(0);
        }
        self.layouts.push((head.name, layout));
    }
}

/// The tables of FreeScout that are made in a text, read from its beginning.
pub fn made_tables(text: &[u8]) -> Vec<MadeTable> {
    let mut statements = Statements::default();
    statements.read(text, 0, &mut |_| {});
    statements.made().to_vec()
}
