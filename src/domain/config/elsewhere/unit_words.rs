//! A line of a unit in words, as systemd and Quadlet split those of `Environment=`: quotes of both kinds go, and backslashes
//! stand for what they do in C. Format: systemd.syntax(7), `extract_first_word()`.

/// A word of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnitWord {
    /// Where it begins, in bytes.
    pub at: usize,
    /// What it says.
    pub text: String,
}

/// A line in words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct UnitWords {
    /// Those before anything that is no word.
    pub words: Vec<UnitWord>,
    /// Whether the line ends in something that is none: an escape that systemd does not know.
    pub is_broken: bool,
}

/// Splits a line.
pub(crate) fn split(line: &str) -> UnitWords {
    let bytes = line.as_bytes();
    let mut found = UnitWords::default();
    let mut at = 0;
    while at < bytes.len() {
        if is_blank(bytes[at]) {
            at += 1;
            continue;
        }
        let begins = at;
        let (mut word, mut quote) = (Vec::new(), None);
        while let Some(byte) = bytes.get(at).copied() {
            at += 1;
            match (byte, quote) {
                (b'\\', _) => {
                    let Some((byte, length)) = escaped(&bytes[at..]) else {
                        found.is_broken = true;
                        return found;
                    };
                    word.extend(byte);
                    at += length;
                }
                (byte, Some(open)) if byte == open => quote = None,
                (b'"' | b'\'', None) => quote = Some(byte),
                (byte, None) if is_blank(byte) => break,
                (byte, _) => word.push(byte),
            }
        }
        if !word.is_empty() {
            found.words.push(UnitWord {
                at: begins,
                text: String::from_utf8_lossy(&word).into_owned(),
            });
        }
    }
    found
}

fn is_blank(byte: u8) -> bool {
    b" \t\n\r".contains(&byte)
}

/// What a backslash stands for with what is behind it, and how long that is. At the end of a line it stands for nothing.
fn escaped(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    let Some(first) = rest.first() else {
        return Some((Vec::new(), 0));
    };
    let number = |from: usize, length: usize, radix: u32| {
        let digits = std::str::from_utf8(rest.get(from..from + length)?).ok()?;
        let plain = digits.chars().all(|c| c.is_digit(radix));
        let number = u32::from_str_radix(digits, radix).ok().filter(|_| plain)?;
        (number != 0).then_some(number)
    };
    let one = |byte: u8| Some((vec![byte], 1));
    match first {
        b'a' => one(0x07),
        b'b' => one(0x08),
        b'f' => one(0x0c),
        b'n' => one(b'\n'),
        b'r' => one(b'\r'),
        b't' => one(b'\t'),
        b'v' => one(0x0b),
        b's' => one(b' '),
        b'\\' | b'"' | b'\'' => one(*first),
        b'x' => Some((vec![u8::try_from(number(1, 2, 16)?).ok()?], 3)),
        b'0'..=b'7' => Some((vec![u8::try_from(number(0, 3, 8)?).ok()?], 3)),
        b'u' | b'U' => {
            let length = if *first == b'u' { 4 } else { 8 };
            let letter = char::from_u32(number(1, length, 16)?)?;
            Some((letter.to_string().into_bytes(), 1 + length))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_go_and_backslashes_are_those_of_c() {
        let told = |line: &str| {
            let UnitWords { words, is_broken } = split(line);
            let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
            (words, is_broken)
        };
        for (line, words, is_broken) in [
            ("A=1\tB=2", &["A=1", "B=2"][..], false),
            (r#""A=a\"b" C='d "e'"#, &["A=a\"b", "C=d \"e"], false),
            (r#"A=\x41\102\u0043 "B=\n""#, &["A=ABC", "B=\n"], false),
            (r"A='it\'s' B=x\s\\y", &["A=it's", r"B=x \y"], false),
            ("A=\"open B", &["A=open B"], false),
            (r"A=1 B=\q C=3", &["A=1"], true),
            (r"A=\x4", &[], true),
            (r"A=\x00", &[], true),
            (r"A=\x+1", &[], true),
            ("A=1\\", &["A=1"], false),
            (" \"\" ", &[], false),
        ] {
            let expected: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(told(line), (expected, is_broken), "{line}");
        }
        assert_eq!(split("  x  yz").words[1].at, 5);
    }
}
