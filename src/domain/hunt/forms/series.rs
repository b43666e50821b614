//! Parts of a file that was cut: `.001`, `.part00`, `.aa`, `.z01`, told by their names.

/// A part by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPart {
    /// What stands before the number.
    stem: Vec<u8>,
    /// The number as it is written: digits, or letters as `split` counts.
    number: Vec<u8>,
    zip: bool,
}

impl SeriesPart {
    /// The part that a name says; most names say none.
    pub fn of(name: &[u8]) -> Option<Self> {
        let part = |stem: &[u8], number: &[u8], zip| Self {
            stem: stem.to_vec(),
            number: number.to_vec(),
            zip,
        };
        let digits = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        if digits > 0 {
            let (stem, number) = name.split_at(name.len() - digits);
            let zip = stem.to_ascii_lowercase().ends_with(b".z");
            let fits = (2..=5).contains(&digits) && !stem.is_empty();
            return fits.then(|| part(stem, number, zip));
        }
        let (stem, number) = name.split_at_checked(name.len().checked_sub(2)?)?;
        // The last of a zip file in parts, where it does not begin as an archive does.
        if name.to_ascii_lowercase().ends_with(b".zip") {
            return Some(part(stem, number, true));
        }
        let fits = !stem.is_empty() && number.iter().all(u8::is_ascii_lowercase);
        fits.then(|| part(stem, number, false))
    }

    /// Whether it is the first of its series: `aa`, `00`, `001`.
    pub fn is_first(&self) -> bool {
        let rest = self.number.strip_suffix(b"1").unwrap_or(&self.number);
        rest.iter().all(|b| *b == b'0') || self.number.iter().all(|b| *b == b'a')
    }

    /// Whether the name alone says that it is a part: letters at the end of a name are mostly the end of a word.
    pub fn is_sure(&self) -> bool {
        let stem = self.stem.to_ascii_lowercase();
        let counts = self.number[0].is_ascii_digit();
        self.zip || counts && (stem.ends_with(b".") || stem.ends_with(b"part"))
    }

    /// What the first of its series may be called, of those that stand before it.
    pub fn firsts(&self) -> Vec<Vec<u8>> {
        let mut names = self.all_firsts();
        names.retain(|name| *name < self.name());
        names
    }

    fn all_firsts(&self) -> Vec<Vec<u8>> {
        let all = |byte: u8| vec![byte; self.number.len()];
        match self.number[0].is_ascii_digit() {
            _ if self.is_last_of_zip() => vec![self.named(b"01")],
            true => {
                let mut one = all(b'0');
                one[self.number.len() - 1] = b'1';
                vec![self.named(&all(b'0')), self.named(&one)]
            }
            false => vec![self.named(&all(b'a'))],
        }
    }

    /// The name of the last of a zip file in parts: its directory stands there.
    pub fn last_of_zip(&self) -> Option<Vec<u8>> {
        let stem = self.stem.get(..self.stem.len().checked_sub(1)?)?;
        self.zip.then(|| [stem, b"zip"].concat())
    }

    fn is_last_of_zip(&self) -> bool {
        self.zip && self.number.eq_ignore_ascii_case(b"ip")
    }

    /// The part behind it. `None` behind the last that can be written so.
    #[must_use]
    pub fn next(&self) -> Option<Self> {
        let mut next = self.clone();
        for digit in next.number.iter_mut().rev() {
            match *digit {
                b'9' => *digit = b'0',
                b'z' => *digit = b'a',
                _ => {
                    *digit += 1;
                    return Some(next);
                }
            }
        }
        None
    }

    /// Its name.
    pub fn name(&self) -> Vec<u8> {
        self.named(&self.number)
    }

    fn named(&self, number: &[u8]) -> Vec<u8> {
        [&self.stem, number].concat()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn next(name: &str) -> Option<String> {
        let next = SeriesPart::of(name.as_bytes())?.next()?;
        String::from_utf8(next.name()).ok()
    }

    #[test]
    fn parts_count_as_the_programs_that_cut_count() {
        for (name, behind) in [
            ("backup.7z.001", "backup.7z.002"),
            ("b.tar.gz.part09", "b.tar.gz.part10"),
            ("b.tgz.aa", "b.tgz.ab"),
            ("xaz", "xba"),
            ("site.z01", "site.z02"),
        ] {
            assert_eq!(next(name).as_deref(), Some(behind));
        }
        assert_eq!(next("b.zz"), None);
        assert_eq!(next("b.99"), None);
        for name in ["", "1", "001", "dump.SQL", "log.1", "b.2026113000"] {
            assert_eq!(SeriesPart::of(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn the_first_is_known_and_found() {
        for (name, first) in [
            ("b.001", true),
            ("b.00", true),
            ("baa", true),
            ("b.02", false),
        ] {
            let part = SeriesPart::of(name.as_bytes()).unwrap();
            assert_eq!(part.is_first(), first, "{name}");
        }
        let part = SeriesPart::of(b"b.zip.003").unwrap();
        assert_eq!(
            part.firsts(),
            [b"b.zip.000".to_vec(), b"b.zip.001".to_vec()]
        );
        // Where there is a 00, 01 is the second.
        let second = SeriesPart::of(b"b.part01").unwrap();
        assert_eq!(second.firsts(), [b"b.part00".to_vec()]);
        assert!(second.is_sure() && part.is_sure());
        let word = SeriesPart::of(b"noise.bin").unwrap();
        assert!(!word.is_sure());
        let zip = SeriesPart::of(b"site.z01").unwrap();
        assert_eq!(zip.last_of_zip(), Some(b"site.zip".to_vec()));
        assert_eq!(part.last_of_zip(), None);
        let last = SeriesPart::of(b"site.zip").unwrap();
        assert_eq!(last.firsts(), [b"site.z01".to_vec()]);
        assert!(last.is_sure() && !last.is_first());
    }
}
