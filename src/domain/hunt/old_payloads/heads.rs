//! The heads of the statements that dumps are made of: which table, which columns in which order.
//!
//! `CREATE TABLE name (column type, …, PRIMARY KEY (…))`, `INSERT [IGNORE] INTO name [(columns)] … VALUES`, `REPLACE INTO …`,
//! `COPY name (columns) FROM stdin;`. Names stand bare, in backticks, in double quotes or in brackets, with a schema or
//! a database before them or without.

/// A table's name, and the columns where the statement names them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// What stands before the table's name: a schema or a database.
    pub(super) qualifier: Option<Vec<u8>>,
    /// The last part of the name, prefix included.
    pub(super) name: Vec<u8>,
    /// The columns in their order.
    pub(super) columns: Option<Vec<Vec<u8>>>,
}

/// More columns than any table of FreeScout has.
const MAX_COLUMNS: usize = 256;

/// Parts of `CREATE TABLE` that are no columns, unless they are quoted.
const NO_COLUMNS: [&[u8]; 12] = [
    b"PRIMARY",
    b"UNIQUE",
    b"KEY",
    b"CONSTRAINT",
    b"INDEX",
    b"FULLTEXT",
    b"SPATIAL",
    b"CHECK",
    b"FOREIGN",
    b"EXCLUDE",
    b"LIKE",
    b"PERIOD",
];

/// Reads `INSERT … VALUES`.
pub(super) fn insert(text: &[u8]) -> Option<Head> {
    let mut at = 0;
    while !word(text, &mut at)?.eq_ignore_ascii_case(b"INTO") {}
    let (qualifier, name) = name(text, &mut at)?;
    let columns = list(text, &mut at);
    Some(Head {
        qualifier,
        name,
        columns,
    })
}

/// Reads `CREATE TABLE name (…)`.
pub(super) fn create(text: &[u8]) -> Option<Head> {
    let mut at = 0;
    word(text, &mut at)?;
    word(text, &mut at)?;
    let mut ahead = at;
    let exists = word(text, &mut ahead).is_some_and(|w| w.eq_ignore_ascii_case(b"IF"))
        && word(text, &mut ahead).is_some_and(|w| w.eq_ignore_ascii_case(b"NOT"))
        && word(text, &mut ahead).is_some_and(|w| w.eq_ignore_ascii_case(b"EXISTS"));
    if exists {
        at = ahead;
    }
    let (qualifier, name) = name(text, &mut at)?;
    blanks(text, &mut at);
    let inside = text.get(at..)?.strip_prefix(b"(")?;
    let columns = parts(inside)
        .into_iter()
        .filter_map(column)
        .take(MAX_COLUMNS);
    Some(Head {
        qualifier,
        name,
        columns: Some(columns.collect()),
    })
}

/// Reads `COPY name (columns) FROM stdin;`. Only the text form: other forms say so.
pub(super) fn copy(text: &[u8]) -> Option<Head> {
    let mut at = 0;
    word(text, &mut at)?;
    let (qualifier, name) = name(text, &mut at)?;
    let columns = list(text, &mut at);
    let rest = text.get(at..)?.trim_ascii();
    rest.eq_ignore_ascii_case(b"FROM stdin;").then_some(Head {
        qualifier,
        name,
        columns,
    })
}

/// The first name of a part of `CREATE TABLE`, if the part is a column.
fn column(part: &[u8]) -> Option<Vec<u8>> {
    let part = part.trim_ascii();
    let mut at = 0;
    let name = identifier(part, &mut at)?;
    let quoted = !part.starts_with(&name);
    let other = NO_COLUMNS.iter().any(|no| name.eq_ignore_ascii_case(no));
    (quoted || !other).then_some(name)
}

/// What stands between the commas of the outermost bracket.
fn parts(inside: &[u8]) -> Vec<&[u8]> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0u32, None);
    for (at, &byte) in inside.iter().enumerate() {
        match (quote, byte) {
            (Some(q), b) if q == b => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') if depth > 0 => depth -= 1,
            (None, b',') if depth > 0 => {}
            (None, b',' | b')') => {
                parts.push(&inside[start..at]);
                start = at + 1;
                if byte == b')' {
                    break;
                }
            }
            (None, _) => {}
        }
    }
    parts
}

/// `(a, b, c)`, where it stands next.
fn list(text: &[u8], at: &mut usize) -> Option<Vec<Vec<u8>>> {
    let mut ahead = *at;
    blanks(text, &mut ahead);
    let mut names = Vec::new();
    if text.get(ahead) != Some(&b'(') {
        return None;
    }
    while names.len() < MAX_COLUMNS {
        ahead += 1;
        blanks(text, &mut ahead);
        names.push(identifier(text, &mut ahead)?);
        blanks(text, &mut ahead);
        match text.get(ahead)? {
            b',' => {}
            b')' => {
                *at = ahead + 1;
                return Some(names);
            }
            _ => return None,
        }
    }
    None
}

/// A name: what stands before the last dot, and the last part.
pub(super) fn name(text: &[u8], at: &mut usize) -> Option<(Option<Vec<u8>>, Vec<u8>)> {
    blanks(text, at);
    let (mut before, mut name) = (Vec::new(), identifier(text, at)?);
    while text.get(*at) == Some(&b'.') {
        *at += 1;
        before.push(name);
        name = identifier(text, at)?;
    }
    Some(((!before.is_empty()).then(|| before.join(&b'.')), name))
}

/// A part of a name, bare or in quotes; doubled quotes within stand for one.
pub(super) fn identifier(text: &[u8], at: &mut usize) -> Option<Vec<u8>> {
    let rest = text.get(*at..)?;
    let close = match rest.first()? {
        b'`' => b'`',
        b'"' => b'"',
        b'[' => b']',
        _ => {
            let bare = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$') || *b >= 0x80;
            let end = rest.iter().position(|b| !bare(b)).unwrap_or(rest.len());
            *at += end;
            return (end > 0).then(|| rest[..end].to_vec());
        }
    };
    let mut name = Vec::new();
    let mut inside = &rest[1..];
    loop {
        let end = inside.iter().position(|b| *b == close)?;
        name.extend_from_slice(&inside[..end]);
        inside = &inside[end + 1..];
        if inside.first() != Some(&close) {
            break;
        }
        name.push(close);
        inside = &inside[1..];
    }
    *at += rest.len() - inside.len();
    Some(name)
}

pub(super) fn word<'t>(text: &'t [u8], at: &mut usize) -> Option<&'t [u8]> {
    blanks(text, at);
    let rest = text.get(*at..)?;
    let end = rest
        .iter()
        .position(|b| !b.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    *at += end;
    (end > 0).then(|| &rest[..end])
}

pub(super) fn blanks(text: &[u8], at: &mut usize) {
    let rest = text.get(*at..).unwrap_or_default();
    *at += rest.len() - rest.trim_ascii_start().len();
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(head: Option<Head>) -> Option<(String, Option<String>)> {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        head.map(|h| (text(h.name), h.columns.map(|c| text(c.join(&b' ')))))
    }

    #[test]
    fn every_tool_quotes_names_its_own_way() {
        let some = |name: &str, columns: &str| Some((name.to_owned(), Some(columns.to_owned())));
        for (text, name) in [
            ("INSERT INTO `mailboxes` VALUES", "mailboxes"),
            (
                "INSERT  IGNORE INTO `db`.`fs_mailboxes` VALUES",
                "fs_mailboxes",
            ),
            ("INSERT INTO public.mailboxes VALUES", "mailboxes"),
            ("REPLACE INTO mailboxes VALUES", "mailboxes"),
            ("INSERT INTO [mailboxes] VALUES", "mailboxes"),
        ] {
            assert_eq!(
                said(insert(text.as_bytes())),
                Some((name.to_owned(), None)),
                "{text}"
            );
        }
        assert_eq!(
            said(insert(
                b"INSERT INTO \"public\".\"options\" (\"id\", name,\n `value`) VALUES"
            )),
            some("options", "id name value")
        );
        assert_eq!(
            said(copy(
                b"COPY public.options (id, name, \"value\") FROM stdin;\r"
            )),
            some("options", "id name value")
        );
        assert_eq!(
            said(copy(b"COPY public.options (id) FROM '/tmp/x' WITH csv;")),
            None
        );
        assert_eq!(said(insert(b"INSERT INTO")), None);
    }

    #[test]
    fn columns_are_told_from_keys() {
        let create = |text: &str| said(create(text.as_bytes()));
        let columns = |text: &str| create(text).and_then(|(_, columns)| columns).unwrap();
        assert_eq!(
            columns(
                "CREATE TABLE `x` (\n `id` int(10) unsigned NOT NULL DEFAULT 'a,`b`',\n `key` decimal(3,1) COMMENT '(',\n \
                 PRIMARY KEY (`id`,`key`),\n UNIQUE KEY `u` (`id`)\n) ENGINE=InnoDB"
            ),
            "id key"
        );
        assert_eq!(
            columns("CREATE TABLE IF NOT EXISTS \"x\" (id INTEGER, name varchar(2))"),
            "id name"
        );
        assert_eq!(
            columns("CREATE TABLE public.x (\n    id integer,\n    CONSTRAINT c CHECK (id > 1)\n)"),
            "id"
        );
        assert_eq!(create("CREATE TABLE x AS SELECT 1"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            for lead in ["INSERT INTO ", "CREATE TABLE ", "COPY ", ""] {
                let text = [lead.as_bytes(), &bytes].concat();
                let _ = (insert(&text), create(&text), copy(&text));
            }
        }
    }
}
