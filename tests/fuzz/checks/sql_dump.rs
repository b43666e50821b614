//! Older payloads in dumps and pages: how a stream is cut changes nothing, and what is seen is what was looked for.
//!
//! The first byte says how many cuts follow, two bytes each; the rest is the stream.

use freescout_rescue::domain::hunt::old_payloads::{RecognizedBy, Scanner, Sighting, Wanted};
use freescout_rescue::domain::inventory::secret::{Table, Token};
use freescout_rescue::domain::payload::looks_like_payload;

/// What the longest payload, a value of a row and an owner's name may take.
const LONGEST: usize = 64 << 10;

pub(super) fn wanted() -> Wanted {
    let mut wanted = Wanted::default();
    wanted.mailbox(3, "support@acme.example", true);
    wanted.mailbox(4, "port@acme.example", true);
    wanted.mailbox(5, "fine@acme.example", false);
    wanted.option("mail_password");
    wanted.module("tags");
    wanted
}

pub(super) fn check(mut bytes: &[u8]) {
    let count = super::take(&mut bytes, 1)
        .first()
        .map_or(0, |b| usize::from(b % 8));
    let cuts: Vec<usize> = (0..count)
        .map(|_| super::take_below(&mut bytes, 1 << 16))
        .collect();
    let wanted = wanted();
    let mut scanner = Scanner::new(&wanted);
    let whole = scan(&mut scanner, bytes, &[]);
    for sighting in &whole {
        plausible(sighting, bytes.len());
    }
    let pieces = scan(&mut scanner, bytes, &cuts);
    assert_eq!(pieces, whole, "cut at {cuts:?}");
    // A scanner keeps nothing of one stream for the next, though it be called off.
    scanner.feed(&bytes[bytes.len() / 2..], &mut |_| {});
    assert_eq!(scan(&mut scanner, bytes, &[]), whole);
}

fn scan(scanner: &mut Scanner<'_>, stream: &[u8], cuts: &[usize]) -> Vec<Sighting> {
    scanner.begin(Some(1_750_302_000));
    let (mut found, mut from) = (Vec::new(), 0);
    for cut in cuts {
        let to = from.max(cut % (stream.len() + 1));
        scanner.feed(&stream[from..to], &mut |s| found.push(s));
        from = to;
    }
    scanner.feed(&stream[from..], &mut |s| found.push(s));
    scanner.end(&mut |s| found.push(s));
    found
}

fn plausible(sighting: &Sighting, length: usize) {
    let payload = sighting.payload.expose();
    assert!(!payload.is_empty() && payload.len() <= LONGEST && payload.len() <= length);
    assert!(looks_like_payload(payload));
    assert!(sighting.owner.len() <= LONGEST);
    match sighting.table {
        Table::Mailboxes => {
            let by_name = ["support@acme.example", "port@acme.example"]
                .iter()
                .any(|email| sighting.owner.trim().eq_ignore_ascii_case(email));
            assert!(by_name || matches!(sighting.id, Some(3 | 4)));
            match (sighting.column, sighting.token) {
                (Some("meta"), Some(Token::Access | Token::Refresh))
                | (Some("in_password" | "out_password"), None) => {}
                (None, None) => assert_eq!(sighting.how, RecognizedBy::Page),
                other => panic!("{other:?}"),
            }
        }
        Table::Options => {
            assert_eq!((sighting.column, sighting.token), (Some("value"), None));
            assert_eq!(sighting.owner, "mail_password");
        }
        Table::Modules => {
            assert_eq!((sighting.column, sighting.token), (Some("license"), None));
            assert_eq!(sighting.owner, "tags");
        }
        Table::Users | Table::Env => panic!("{:?} was not looked for", sighting.table),
    }
    assert!(sighting.date.is_some(), "the file has a date");
}
