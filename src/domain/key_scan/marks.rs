//! The marks of a key, all found in one pass over the bytes.
//!
//! One pass with Teddy, the vectorised search for several texts that ripgrep uses as well (crate `aho-corasick`), costs
//! less than one search a mark; where the processor does not have it, an automaton does the same more slowly.

use std::sync::LazyLock;

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, MatchKind};

/// What gives a key away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// `base64`; the colon behind it may be escaped.
    Prefix,
    /// A name like `APP_KEY`, of this length.
    Name(usize),
    /// The member of `config/app.php`, also in a cached configuration: only a quoted one, the word is too common.
    QuotedKey(usize),
    /// `base64` in UTF-16.
    WidePrefix,
    /// `APP_KEY` in UTF-16.
    WideName,
}

const MARKS: [(&[u8], Mark); 11] = [
    (b"base64", Mark::Prefix),
    (b"APP_KEY", Mark::Name(7)),
    (b"app_key", Mark::Name(7)),
    (b"APP-KEY", Mark::Name(7)),
    (b"app-key", Mark::Name(7)),
    (b"appKey", Mark::Name(6)),
    (b"AppKey", Mark::Name(6)),
    (b"'key'", Mark::QuotedKey(5)),
    (b"\"key\"", Mark::QuotedKey(5)),
    // Without the last zero, which in the other byte order stands before the first letter.
    (b"b\0a\0s\0e\x006\x004", Mark::WidePrefix),
    (b"A\0P\0P\0_\0K\0E\0Y", Mark::WideName),
];

enum Finder {
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

static FINDER: LazyLock<Option<Finder>> = LazyLock::new(|| {
    let texts = || MARKS.iter().map(|(text, _)| *text);
    let packed = packed::Config::new()
        .match_kind(packed::MatchKind::LeftmostFirst)
        .builder()
        .extend(texts())
        .build();
    packed.map(Finder::Packed).or_else(|| {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(texts());
        automaton.ok().map(Finder::Automaton)
    })
});

/// Reports every mark that begins before `until`, and where.
pub(super) fn find(bytes: &[u8], until: usize, found: &mut dyn FnMut(Mark, usize)) {
    // A mark that begins before `until` may end behind it.
    let bytes = &bytes[..bytes.len().min(until + 32)];
    let mut report = |pattern: usize, start: usize| {
        if start < until {
            found(MARKS[pattern].1, start);
        }
    };
    match &*FINDER {
        Some(Finder::Packed(searcher)) => searcher
            .find_iter(bytes)
            .for_each(|m| report(m.pattern().as_usize(), m.start())),
        Some(Finder::Automaton(automaton)) => automaton
            .find_iter(bytes)
            .for_each(|m| report(m.pattern().as_usize(), m.start())),
        // Eleven short texts always make an automaton.
        None => {}
    }
}
