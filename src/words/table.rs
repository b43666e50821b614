//! The macros behind the table: [`table!`](crate::table) for the first language, [`language!`](crate::language) for every
//! other one, [`text!`](crate::text) where a text is read.
//!
//! An entry is a plain text, a text with arguments, or one with forms for counts:
//!
//! ```text
//! product = "FreeScout Rescue";
//! web_user_unknown(name) = "There is no account {name} on this server.";
//! left(count: number) = count { One "1 file is left.", Other "{count} files are left." };
//! saved(rows: number, files: number) = "Saved: {rows} and {files}.",
//!     rows { One "1 row", Other "{rows} rows" },
//!     files { One "1 file", Other "{files} files" };
//! ```
//!
//! The arguments become a struct, and the text a function over it, so the compiler refuses what would be read as
//! `{name}` on a screen, or not at all: a place without an argument, an argument without a place, an entry that a
//! language lacks or has too many, a plural form that its grammar needs and that is not there.
//!
//! Why not Project Fluent (`i18n-embed-fl`): its texts are read and put together at run time; what the compiler checks is
//! the first language alone, and a text or an argument that another one lacks falls back in silence. Values come wrapped
//! in invisible isolation marks, which a terminal draws as it likes. A dozen crates, for one table.

use std::fmt::Display;

/// A number that a text counts by.
pub trait Count: Display {
    /// The number, as grammars count.
    fn number(&self) -> u64;
}

impl Count for u32 {
    fn number(&self) -> u64 {
        u64::from(*self)
    }
}

impl Count for u64 {
    fn number(&self) -> u64 {
        *self
    }
}

impl Count for usize {
    fn number(&self) -> u64 {
        u64::try_from(*self).unwrap_or(u64::MAX)
    }
}

impl<C: Count + ?Sized> Count for &C {
    fn number(&self) -> u64 {
        (**self).number()
    }
}

/// What can be given for an argument of the type `T`: anything that can be shown, or a number where the text counts.
pub trait Argument<'a, T> {
    /// The value as the text takes it.
    fn argument(&'a self) -> T;
}

impl<'a, D: Display + 'a> Argument<'a, &'a dyn Display> for D {
    fn argument(&'a self) -> &'a dyn Display {
        self
    }
}

impl<'a, C: Count + 'a> Argument<'a, &'a dyn Count> for C {
    fn argument(&'a self) -> &'a dyn Count {
        self
    }
}

/// The plural forms of English, after CLDR: `one` where the number is 1, `other` everywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum English {
    /// 1.
    One,
    /// 0, 2, 3, …
    Other,
}

impl English {
    /// The form that goes with a number.
    pub fn of(number: u64) -> Self {
        match number {
            1 => Self::One,
            _ => Self::Other,
        }
    }
}

/// The plural forms of Chinese, after CLDR: one for all numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chinese {
    /// 0, 1, 2, …
    Other,
}

impl Chinese {
    /// The form that goes with a number.
    pub fn of(_: u64) -> Self {
        Self::Other
    }
}

/// The text with this name, in the current language, its places filled: `text!(web_user_unknown, name = user)`.
///
/// Values are taken as they are: sanitise hostile ones first. Every argument is named, and all of them are given; a variable
/// of the same name is given by its name alone:
///
/// ```
/// # use freescout_rescue::text;
/// let said = text!(web_user_unknown, name = "web7");
/// assert!(said.contains("web7") && !said.contains('{'), "{said}");
/// let name = "web7";
/// assert_eq!(text!(web_user_unknown, name), said);
/// ```
/// ```compile_fail,E0560
/// # use freescout_rescue::text;
/// let said = text!(web_user_unknown, nmae = "web7");
/// ```
/// ```compile_fail,E0063
/// # use freescout_rescue::text;
/// let said = text!(error_path, path = "/srv");
/// ```
/// ```compile_fail,E0560
/// # use freescout_rescue::text;
/// let said = text!(web_user_unknown, name = "web7", place = "here");
/// ```
#[macro_export]
macro_rules! text {
    (@value $argument:ident) => { $argument };
    (@value $argument:ident $value:expr) => { $value };
    ($name:ident, $($argument:ident $(= $value:expr)?),+ $(,)?) => {
        ($crate::words::words().$name)(&$crate::words::args::$name {
            $($argument: $crate::words::Argument::argument(&$crate::text!(@value $argument $($value)?))),+
        })
    };
}

/// The first language, and with it the table that every other one must fill: `Words`, and the arguments in `args`.
///
/// ```
/// # use freescout_rescue::{table, words::English};
/// table! {
///     /// English.
///     pub const EN: plurals English;
///     left(count: number, path) = count { One "1 file left in {path}.", Other "{count} files left in {path}." };
///     saved(rows: number, kib) = "Saved: {rows}, {kib} KiB.", rows { One "1 row", Other "{rows} rows" };
/// }
/// # fn main() {
/// let left = |count: usize| (EN.left)(&args::left { count: &count, path: &"/srv" });
/// assert_eq!(left(1), "1 file left in /srv.");
/// assert_eq!(left(0), "0 files left in /srv.");
/// let saved = |rows: u64| (EN.saved)(&args::saved { rows: &rows, kib: &7 });
/// assert_eq!(saved(1), "Saved: 1 row, 7 KiB.");
/// assert_eq!(saved(12), "Saved: 12 rows, 7 KiB.");
/// # }
/// ```
/// A misspelt place, an argument without a place, a form that is missing and one that forgets an argument:
/// ```compile_fail,E0425
/// # use freescout_rescue::{table, words::English};
/// table! { pub const EN: plurals English; row(row) = "Row {rows}."; }
/// ```
/// ```compile_fail
/// # use freescout_rescue::{table, words::English};
/// table! { pub const EN: plurals English; row(row, table) = "Row {row}."; }
/// ```
/// ```compile_fail,E0004
/// # use freescout_rescue::{table, words::English};
/// table! { pub const EN: plurals English; left(count: number) = count { Other "{count} files" }; }
/// ```
/// ```compile_fail
/// # use freescout_rescue::{table, words::English};
/// table! {
///     pub const EN: plurals English;
///     left(count: number, path) = count { One "1 file.", Other "{count} files left in {path}." };
/// }
/// ```
#[macro_export]
macro_rules! table {
    (
        $(#[$doc:meta])* pub const $language:ident: plurals $plurals:ident;
        $( $name:ident $( ( $($argument:ident $(: $kind:ident)?),+ ) )? =
            $( $text:literal $(, $piece:ident { $($case:ident $said:literal),+ $(,)? })* )?
            $( $count:ident { $($category:ident $form:literal),+ $(,)? } )? ;
        )*
    ) => {
        /// What the texts are filled with: one struct a text, of its name.
        #[allow(missing_docs, non_camel_case_types, reason = "named as the texts are")]
        pub mod args {
            $( $crate::table!(@arguments $name $( ( $($argument $(: $kind)?),+ ) )?); )*
        }

        /// Every text of the program. One constant of this type is one language.
        #[allow(missing_docs, reason = "the English text beside each field says what it is")]
        #[derive(Debug)]
        pub struct Words { $( pub $name: $crate::table!(@field $name $( ( $($argument),+ ) )?), )* }

        $crate::language! {
            $(#[$doc])* pub const $language: plurals $plurals;
            $( $name $( ( $($argument $(: $kind)?),+ ) )? =
                $( $text $(, $piece { $($case $said),+ })* )?
                $( $count { $($category $form),+ } )? ;
            )*
        }

        /// A made-up language for tests of what shows the texts.
        #[cfg(feature = "pseudo-locale")]
        pub fn made_up() -> Words {
            Words { $( $name: $crate::table!(@pseudo $language $name $( ( $($argument),+ ) )?), )* }
        }

        $crate::language! {
            @texts ALL;
            $( $name $( ( $($argument $(: $kind)?),+ ) )? =
                $( $text $(, $piece { $($case $said),+ })* )?
                $( $count { $($category $form),+ } )? ;
            )*
        }
    };

    (@pseudo $language:ident $name:ident) => { $crate::words::pseudo::plain((&$language).$name) };
    (@pseudo $language:ident $name:ident ( $($argument:ident),+ )) => {{
        fn $name(args: &args::$name<'_>) -> String {
            $crate::words::pseudo::filled(&((&$language).$name)(&args::$name {
                $($argument: &$crate::words::pseudo::Value(args.$argument)),+
            }))
        }
        $name
    }};
    (@arguments $name:ident) => {};
    (@arguments $name:ident ( $($argument:ident $(: $kind:ident)?),+ )) => {
        #[derive(Clone, Copy)]
        pub struct $name<'a> { $( pub $argument: $crate::table!(@argument 'a $($kind)?) ),+ }
    };
    (@argument $life:lifetime) => { &$life dyn ::std::fmt::Display };
    (@argument $life:lifetime number) => { &$life dyn $crate::words::Count };
    (@field $name:ident) => { &'static str };
    (@field $name:ident ( $($argument:ident),+ )) => { fn(&args::$name<'_>) -> String };
}

/// A language beside the first one: the same entries with the same arguments, in any order, each with the plural forms
/// that its own grammar has. What it does not have yet is said in the language behind `else`; `texts` is what tests read.
///
/// ```
/// # use freescout_rescue::{language, table, words::English};
/// table! { pub const EN: plurals English; name = "name"; left(path) = "Left: {path}."; more = "more"; }
/// language! {
///     /// German.
///     pub const DE: plurals English, texts DE_TEXTS, else EN;
///     left(path) = "Übrig: {path}.";
///     name = "Name";
/// }
/// # fn main() {
/// assert_eq!((DE.left)(&args::left { path: &1 }), "Übrig: 1.");
/// assert_eq!(DE.more, "more");
/// assert_eq!(DE_TEXTS[1], ("name", &["Name"][..]));
/// # }
/// ```
/// An entry that no other language has, and one with other arguments:
/// ```compile_fail,E0560
/// # use freescout_rescue::{language, table, words::English};
/// table! { pub const EN: plurals English; name = "name"; left(path) = "Left: {path}."; }
/// language! { pub const DE: plurals English, texts T, else EN; name = "Name"; more = "Mehr"; }
/// ```
/// ```compile_fail,E0027
/// # use freescout_rescue::{language, table, words::English};
/// table! { pub const EN: plurals English; name = "name"; left(path, why) = "Left: {path}: {why}"; }
/// language! { pub const DE: plurals English, texts T, else EN; left(path) = "Übrig: {path}."; }
/// ```
/// Without `else`, one that is missing:
/// ```compile_fail,E0063
/// # use freescout_rescue::{language, table, words::English};
/// table! { pub const EN: plurals English; name = "name"; left(path) = "Left: {path}."; }
/// language! { pub const DE: plurals English; name = "Name"; }
/// ```
#[macro_export]
macro_rules! language {
    (
        $(#[$doc:meta])* pub const $language:ident: plurals $plurals:ident, texts $texts:ident, else $other:ident;
        $($entries:tt)*
    ) => {
        $crate::language! {
            @words $(#[$doc])* #[allow(clippy::needless_update, reason = "where nothing is missing any more")]
            $language $plurals [ ..$other ]; $($entries)*
        }
        $crate::language! { @texts $texts; $($entries)* }
    };
    (
        $(#[$doc:meta])* pub const $language:ident: plurals $plurals:ident;
        $($entries:tt)*
    ) => {
        $crate::language! { @words $(#[$doc])* $language $plurals []; $($entries)* }
    };

    (
        @words $(#[$doc:meta])* $language:ident $plurals:ident [ $($other:tt)* ];
        $( $name:ident $( ( $($argument:ident $(: $kind:ident)?),+ ) )? =
            $( $text:literal $(, $piece:ident { $($case:ident $said:literal),+ $(,)? })* )?
            $( $count:ident { $($category:ident $form:literal),+ $(,)? } )? ;
        )*
    ) => {
        $(#[$doc])*
        pub const $language: Words = Words {
            $(
                $name: $crate::language!(
                    @entry $plurals $name $( ( $($argument $(: $kind)?),+ ) )? =
                    $( $text $(, $piece { $($case $said),+ })* )?
                    $( $count { $($category $form),+ } )?
                ),
            )*
            $($other)*
        };
    };

    (
        @texts $texts:ident;
        $( $name:ident $( ( $($argument:ident $(: $kind:ident)?),+ ) )? =
            $( $text:literal $(, $piece:ident { $($case:ident $said:literal),+ $(,)? })* )?
            $( $count:ident { $($category:ident $form:literal),+ $(,)? } )? ;
        )*
    ) => {
        /// Name and texts of every entry, for tests of the table itself.
        pub const $texts: &[(&str, &[&str])] = &[ $( (
            stringify!($name),
            &[ $( $text, $($($said,)+)* )? $($($form,)+)? ],
        ), )* ];
    };

    (@entry $plurals:ident $name:ident = $text:literal) => { $text };
    (@entry $plurals:ident $name:ident ( $($argument:ident $(: $kind:ident)?),+ ) = $($body:tt)+) => {{
        fn $name(args: &args::$name<'_>) -> String {
            let args::$name { $($argument),+ } = args;
            $crate::language!(@body $plurals ( $($argument $(: $kind)?),+ ) $($body)+)
        }
        $name
    }};

    (@body $plurals:ident $arguments:tt $text:literal $(, $piece:ident { $($case:ident $said:literal),+ })*) => {{
        $( let $piece = match $plurals::of($piece.number()) { $( $plurals::$case => format!($said), )+ }; )*
        $crate::language!(@form Other $arguments $text)
    }};
    (@body $plurals:ident $arguments:tt $count:ident { $($category:ident $form:literal),+ }) => {
        match $plurals::of($count.number()) {
            $( $plurals::$category => $crate::language!(@form $category $arguments $form), )+
        }
    };

    // An argument that is given by name must be used. Only the form for all numbers must show the numbers.
    (@form Other ( $($argument:ident $(: $kind:ident)?),+ ) $form:literal) => {
        format!($form, $($argument = $argument),+)
    };
    (@form $category:ident ( $($arguments:tt)+ ) $form:literal) => {
        $crate::language!(@but_numbers $form [] $($arguments)+)
    };
    (@but_numbers $form:literal [ $($kept:ident)* ]) => { format!($form $(, $kept = $kept)*) };
    (@but_numbers $form:literal [ $($kept:ident)* ] $number:ident: number $(, $($rest:tt)+)?) => {
        $crate::language!(@but_numbers $form [ $($kept)* ] $($($rest)+)?)
    };
    (@but_numbers $form:literal [ $($kept:ident)* ] $argument:ident $(, $($rest:tt)+)?) => {
        $crate::language!(@but_numbers $form [ $($kept)* $argument ] $($($rest)+)?)
    };
}
