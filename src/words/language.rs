//! The languages there are, and which of them is spoken.
//!
//! What the operator chose by name counts first, then what the environment says of messages, as in `setlocale(3)`. A pure
//! choice: whoever asks has looked the environment up.

use super::en::{EN, Words};
use super::zh_cn;

/// A language.
#[derive(Debug)]
pub struct Language {
    /// Its tag, as `--lang` takes it and as it is handed on.
    pub tag: &'static str,
    /// What locales it is for, in small letters and with hyphens: `zh` is that alone, `zh-hans*` also what goes on behind it.
    locales: &'static [&'static str],
    /// Every sentence.
    pub table: &'static Words,
    /// Help texts and manual pages: the English of the arguments, and what stands in its place. See [`Language::help`].
    pub of_help: &'static [(&'static str, &'static str)],
}

/// English.
pub const ENGLISH: Language = Language {
    tag: "en",
    locales: &["en*"],
    table: &EN,
    of_help: &[],
};

/// Simplified Chinese.
pub const CHINESE: Language = Language {
    tag: "zh-CN",
    locales: &["zh", "zh-cn*", "zh-sg*", "zh-hans*"],
    table: &zh_cn::ZH_CN,
    of_help: zh_cn::HELP,
};

/// All of them. The first is the one that is spoken where nothing says otherwise.
pub const LANGUAGES: [&Language; 2] = [&ENGLISH, &CHINESE];

/// A language beside the first one, as the tests of its file see it.
#[derive(Debug)]
pub struct Translation {
    /// The language.
    pub language: &'static Language,
    /// Name and texts of each of its entries.
    pub texts: &'static [(&'static str, &'static [&'static str])],
    /// Entries that read as they do in English.
    pub same: &'static [&'static str],
    /// Whether it is announced as complete: then nothing may be missing.
    pub is_complete: bool,
}

/// All of those, for tests.
pub const TRANSLATIONS: [Translation; 1] = [Translation {
    language: &CHINESE,
    texts: zh_cn::TEXTS,
    same: zh_cn::SAME,
    is_complete: true,
}];

impl Language {
    /// One that nobody can choose, for tests of what shows the texts of a table.
    pub const fn of(table: &'static Words) -> Self {
        Self {
            tag: "",
            locales: &[],
            table,
            of_help: &[],
        }
    }

    /// The language that goes by this name: a tag, or a locale as it stands in the environment.
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = name.split(['.', '@']).next().unwrap_or_default();
        let name = name.to_ascii_lowercase().replace('_', "-");
        let mut all = LANGUAGES.into_iter();
        all.find(|language| language.locales.iter().any(|locale| covers(locale, &name)))
    }

    /// What stands in this language for a text of help or of a manual page; `None` where that is not translated.
    pub fn help(&self, english: &str) -> Option<&'static str> {
        let mut all = self.of_help.iter();
        all.find_map(|(text, said)| (*text == english).then_some(*said))
    }

    /// Whether it is the first language, in which everything is said that is for programs and for the record.
    pub fn is_first(&self) -> bool {
        self.tag == ENGLISH.tag
    }
}

/// Whether a locale, in small letters, is one of those that are meant.
fn covers(meant: &str, name: &str) -> bool {
    match meant.strip_suffix('*') {
        None => meant == name,
        Some(stem) => name
            .strip_prefix(stem)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
    }
}

/// What says which language is spoken.
#[derive(Debug, Clone, Copy, Default)]
pub struct LanguageWishes<'a> {
    /// What was asked for by name.
    pub asked: Option<&'a str>,
    /// The locale of messages, as the environment names it.
    pub locale: Option<&'a str>,
    /// The kind of terminal: what `TERM` says.
    pub terminal: Option<&'a str>,
    /// Whether programs read what is said.
    pub for_programs: bool,
}

impl LanguageWishes<'_> {
    /// The language. What is asked for and unknown counts for nothing: whoever reads the arguments says so.
    pub fn language(&self) -> &'static Language {
        if self.for_programs {
            return &ENGLISH;
        }
        if let Some(asked) = self.asked.and_then(Language::named) {
            return asked;
        }
        // The fonts of the kernel's own console have hardly more than Latin letters.
        let locale = self.locale.filter(|_| self.terminal != Some("linux"));
        let locale = locale.filter(|locale| is_unicode(locale));
        locale.and_then(Language::named).unwrap_or(&ENGLISH)
    }
}

/// Whether a locale's characters are UTF-8, as far as it says: one that names none leaves that to the system.
fn is_unicode(locale: &str) -> bool {
    let bare = locale.split('@').next().unwrap_or_default();
    let charset = bare.split_once('.').map(|(_, charset)| charset);
    let is_utf8 = |name: &str| ["utf-8", "utf8"].contains(&name.to_ascii_lowercase().as_str());
    charset.is_none_or(is_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(asked: &str, locale: &str, terminal: &str) -> &'static str {
        let some = |text| (!str::is_empty(text)).then_some(text);
        let wishes = LanguageWishes {
            asked: some(asked),
            locale: some(locale),
            terminal: some(terminal),
            for_programs: false,
        };
        wishes.language().tag
    }

    #[test]
    fn the_locale_decides_where_nothing_was_asked_for() {
        for locale in [
            "zh",
            "zh_CN",
            "zh_CN.UTF-8",
            "zh_CN.utf8",
            "zh_SG.UTF-8@pinyin",
            "zh_Hans",
            "zh_Hans_CN.UTF-8",
        ] {
            assert_eq!(spoken("", locale, "xterm"), "zh-CN", "{locale}");
        }
        for locale in [
            "",
            "C",
            "POSIX",
            "C.UTF-8",
            "en_US.UTF-8",
            "de_DE.UTF-8",
            "zh_CN.GB18030",
            "zh_CN.GB2312",
            "zh_TW.UTF-8",
            "zh_HK.UTF-8",
            "zh_Hant",
            "zho",
            "zh_CNX",
        ] {
            assert_eq!(spoken("", locale, "xterm"), "en", "{locale}");
        }
        assert_eq!(spoken("", "zh_CN.UTF-8", "linux"), "en", "its fonts");
        assert_eq!(spoken("", "zh_CN.UTF-8", ""), "zh-CN");
    }

    #[test]
    fn what_was_asked_for_counts_first() {
        for asked in ["zh-CN", "zh", "zh_CN", "ZH-cn", "zh-Hans", "zh_Hans_SG"] {
            assert_eq!(spoken(asked, "de_DE.UTF-8", "linux"), "zh-CN", "{asked}");
            assert_eq!(Language::named(asked).map(|l| l.tag), Some("zh-CN"));
        }
        for asked in ["en", "en_GB", "EN-us"] {
            assert_eq!(spoken(asked, "zh_CN.UTF-8", "xterm"), "en", "{asked}");
        }
        for unknown in ["de", "zh-TW", "", "chinese"] {
            assert!(Language::named(unknown).is_none(), "{unknown}");
        }
        assert_eq!(spoken("de", "zh_CN.UTF-8", "xterm"), "zh-CN");
    }

    #[test]
    fn programs_are_told_in_english() {
        let wishes = LanguageWishes {
            asked: Some("zh-CN"),
            locale: Some("zh_CN.UTF-8"),
            terminal: None,
            for_programs: true,
        };
        assert!(wishes.language().is_first());
    }

    #[test]
    fn each_language_goes_by_its_own_tag() {
        for language in LANGUAGES {
            let named = Language::named(language.tag).map(|named| named.tag);
            assert_eq!(named, Some(language.tag));
        }
    }
}
