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

/// The marks, and how many of their first bytes are not searched for: the search looks for the first four bytes it is
/// given, and `base` and `app` stand in every other sentence, `se64` does not.
const MARKS: [(&[u8], usize, Mark); 11] = [
    (b"base64", 2, Mark::Prefix),
    (b"APP_KEY", 1, Mark::Name(7)),
    (b"app_key", 1, Mark::Name(7)),
    (b"APP-KEY", 1, Mark::Name(7)),
    (b"app-key", 1, Mark::Name(7)),
    (b"appKey", 1, Mark::Name(6)),
    (b"AppKey", 1, Mark::Name(6)),
    (b"'key'", 0, Mark::QuotedKey(5)),
    (b"\"key\"", 0, Mark::QuotedKey(5)),
    // Without the last zero, which in the other byte order stands before the first letter.
    (b"b\0a\0s\0e\x006\x004", 4, Mark::WidePrefix),
    (b"A\0P\0P\0_\0K\0E\0Y", 2, Mark::WideName),
];

enum Finder {
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

static FINDER: LazyLock<Option<Finder>> = LazyLock::new(|| {
    let texts = || MARKS.iter().map(|(text, left, _)| &text[*left..]);
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
    let mut report = |pattern: usize, at: usize| {
        let (text, left, mark) = MARKS[pattern];
        if let Some(start) = at.checked_sub(left)
            && start < until
            && bytes[start..at] == text[..left]
        {
            found(mark, start);
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
