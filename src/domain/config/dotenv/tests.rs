//! The reader against a table of telling lines; the editor against the reader.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn nothing(_: &[u8]) -> Option<Vec<u8>> {
    None
}

fn read(text: &[u8]) -> EnvFile<'static> {
    EnvFile::read(text, &nothing)
}

/// The value of `V`, or why there is none.
fn value_of(text: &str) -> Result<Option<String>, EnvError> {
    let file = read(text.as_bytes());
    match file.refused() {
        Some(refused) => Err(refused.kind),
        None => Ok(file
            .getenv(b"V")
            .map(|v| String::from_utf8(v.expose().to_vec()).unwrap())),
    }
}

#[test]
fn single_lines_read_as_in_php() {
    #[rustfmt::skip]
    let values = [
        ("V=word", "word"), ("V=", ""), ("V=0", "0"), ("V =  spaced\t", "spaced"), ("V=x=y==", "x=y=="),
        ("export V=x", "x"), (" export  V=x", "x"), ("'V'=x", "x"), ("export \"V\" = 'x y'", "x y"),
        ("V=x # note", "x"), ("V=x#y", "x#y"), ("V=# a note", ""), ("V=#anote", "#anote"), ("V=#a #b", "#a"),
        (r#"V="a b""#, "a b"), (r#"V="a b"rest"#, "a b"), (r#"V="a" b "c""#, r#"a" b "c"#),
        (r#"V="a" # it's "b" c"#, r#"a" # it's "b"#), (r#"V="a\"b\\c\d""#, r#"a"b\c\d"#),
        (r#"V='a\'b\"c'"#, r#"a'b\"c"#), (r#"V="end\""#, r"end\"), (r#"V="end\\""#, r"end\"),
        (r#"V="end\\" # n"#, r#"end\" # n"#), (r#"V="open # end"#, "open # end"), (r#"V=""#, ""),
        (r#"V="\\\\\"x""#, r#"\\"x"#), (r#"V="a" \"b"#, r#"a"b"#), (r#"V="a" b\" "#, "a"), ("V=\"\"", ""),
        ("V='  in  '", "  in  "), ("V=a\"b'c", "a\"b'c"), ("V=$HOME", "$HOME"), ("V=${V}", "${V}"),
        ("W=1\nV=${W}${W}${X}", "11${X}"), ("W=1\nV='${W}'", "1"), ("W=$\nV=${W}{W}", "${W}"),
        ("W.a=1\nV=${W.a}${W-a}", "1${W-a}"), ("V=1\nV=2", "1"), ("V=\nV=2", ""), ("V=1\r\nW=2", "1"),
        ("V=\u{a0}x", "\u{a0}x"), ("V=a\0b", "a"),
    ];
    for (text, value) in values {
        assert_eq!(value_of(text), Ok(Some(value.to_owned())), "{text:?}");
    }
    for text in [
        "#V=1",
        " \t# V=1",
        "V",
        "\u{feff}V=1",
        "EXPORT V=1",
        "export\tV=1",
        "my V=1",
        "",
    ] {
        assert_eq!(value_of(text), Ok(None), "{text:?}");
    }
    for text in [
        "V=a b",
        "V=x y # n",
        "V=a\tb",
        "V=x\t# n",
        "V=1\rW=2",
        "V=x\x0c",
        "W=a b\nV=1",
        "V=1\nV=a b",
    ] {
        assert_eq!(value_of(text), Err(EnvError::SpaceInValue), "{text:?}");
    }
    for text in ["=x", "''=x", " = "] {
        assert_eq!(value_of(text), Err(EnvError::BadName), "{text:?}");
    }
}

#[test]
fn the_helper_turns_words_into_values() {
    let text = |t: &str| Env::Text(SecretBytes::from(t.as_bytes()));
    #[rustfmt::skip]
    let cases = [
        ("V=true", Env::Bool(true)), ("V='(TRUE)'", Env::Bool(true)), ("V=False", Env::Bool(false)),
        ("V=null", Env::Null), ("V=(Null)", Env::Null), ("V=empty", text("")), ("V=(empty)", text("")),
        ("V=(true", text("(true")), ("V='\"true\"'", text("true")), ("V='\"'", text("\"")), ("W=", Env::Missing),
    ];
    for (line, expected) in cases {
        assert_eq!(read(line.as_bytes()).env(b"V"), expected, "{line}");
    }
}

#[test]
fn a_refused_line_has_a_number_and_hides_what_is_below() {
    let file = read(b"A=1\n\n# c\nB=two words\nC=3\n");
    assert_eq!(
        file.refused(),
        Some(RefusedLine {
            line: 4,
            kind: EnvError::SpaceInValue
        })
    );
    assert_eq!(file.env(b"A"), Env::Text(SecretBytes::from(&b"1"[..])));
    assert_eq!(file.env(b"C"), Env::Missing);
}

#[test]
fn the_process_environment_wins_and_repeats_are_told() {
    let process = |name: &[u8]| (name == b"A").then(|| b"p".to_vec());
    let file = EnvFile::read(b"A=1\nB=${A}\nB=2", &process);
    let standing: Vec<_> = file
        .assignments()
        .iter()
        .map(|a| (a.line, a.standing))
        .collect();
    assert_eq!(
        standing,
        [
            (1, SetterEffect::InProcess),
            (2, SetterEffect::Set),
            (3, SetterEffect::Repeated)
        ]
    );
    assert_eq!(file.getenv(b"A").unwrap().expose(), b"p");
    assert_eq!(file.getenv(b"B").unwrap().expose(), b"p");
}

#[test]
fn references_cannot_fill_the_memory() {
    let mut text = b"A0=0123456789\n".to_vec();
    for i in 1..200 {
        text.extend_from_slice(format!("A{i}=${{A{0}}}${{A{0}}}\n", i - 1).as_bytes());
    }
    assert_eq!(read(&text).refused().unwrap().kind, EnvError::TooLong);
}

#[test]
fn nothing_secret_is_in_debug_output() {
    let file = read(b"A=sentinel\n");
    assert!(!format!("{:?} {:?}", file.assignments(), file.env(b"A")).contains("sentinel"));
    assert!(!format!("{:?}", lines_mentioning_app_key(b"APP_KEY=sentinel")).contains("sentinel"));
}

fn set(text: &str, value: &str) -> String {
    let new = with_value(text.as_bytes(), b"APP_KEY", value.as_bytes()).unwrap();
    String::from_utf8(new.to_vec()).unwrap()
}

#[test]
fn writing_keeps_everything_else() {
    #[rustfmt::skip]
    let cases = [
        ("A=1\nAPP_KEY=old\nB=2\n", "A=1\nAPP_KEY=new+/==\nB=2\n"),
        ("APP_KEY=", "APP_KEY=new+/=="), ("APP_KEY=\r\n", "APP_KEY=new+/==\r\n"),
        (" export APP_KEY =  old  # note\r\nB=1\r\n", " export APP_KEY =  new+/==  # note\r\nB=1\r\n"),
        ("APP_KEY=\"old\" # note", "APP_KEY=\"new+/==\" # note"), ("APP_KEY='o d'\n", "APP_KEY='new+/=='\n"),
        ("APP_KEY=# note here\n", "APP_KEY=new+/== # note here\n"), ("APP_KEY=  # note here\n", "APP_KEY=new+/==  # note here\n"),
        ("APP_KEY=\t# note\n", "APP_KEY=\"new+/==\"\t# note\n"), ("APP_KEY=\"old\"garbage\r\n", "APP_KEY=\"new+/==\"\r\n"),
        ("APP_KEY=base64:NEW=base64:OLD=\n", "APP_KEY=new+/==\n"), ("APP_KEY=a\nAPP_KEY=b\n", "APP_KEY=new+/==\nAPP_KEY=b\n"),
        ("", "APP_KEY=new+/==\n"), ("A=1", "A=1\nAPP_KEY=new+/==\n"), ("A=1\r\nB=2", "A=1\r\nB=2\r\nAPP_KEY=new+/==\r\n"),
        ("\u{feff}APP_KEY=old\n", "\u{feff}APP_KEY=old\nAPP_KEY=new+/==\n"), ("\u{feff}", "\u{feff}\nAPP_KEY=new+/==\n"),
        ("#APP_KEY=old\n", "#APP_KEY=old\nAPP_KEY=new+/==\n"), ("XAPP_KEY=a\n", "XAPP_KEY=a\nAPP_KEY=new+/==\n"),
        ("B=a b\nAPP_KEY=old\nC=c d", "B=a b\nAPP_KEY=new+/==\nC=c d"), ("B=a b", "B=a b\nAPP_KEY=new+/==\n"),
        ("APP_KEY= 'new+/==' x\n", "APP_KEY= 'new+/==' x\n"),
    ];
    for (old, new) in cases {
        assert_eq!(set(old, "new+/=="), new, "{old:?}");
    }
}

#[test]
fn odd_values_are_spelled_so_that_they_read_back() {
    for value in [
        "a b",
        "it's",
        r#"say "hi""#,
        r"end\",
        r#"\"'\\"#,
        "$x${y}",
        "#x",
        "x #y",
        "true",
        "null",
        "\"q\"",
        "",
        " x ",
    ] {
        for old in [
            "APP_KEY=old\n",
            "APP_KEY='old' # note\n",
            "APP_KEY=\"old\"\n",
            "",
        ] {
            let new = set(old, value);
            let Env::Text(text) = read(new.as_bytes()).env(b"APP_KEY") else {
                panic!("{new}")
            };
            assert_eq!(text.expose(), value.as_bytes(), "{new}");
        }
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    let refuse = |text: &str, name: &str, value: &str| {
        with_value(text.as_bytes(), name.as_bytes(), value.as_bytes()).err()
    };
    assert_eq!(refuse("", "A B", "x"), Some(CannotWrite::Name));
    assert_eq!(refuse("", "", "x"), Some(CannotWrite::Name));
    assert_eq!(refuse("", "A", "x\ny"), Some(CannotWrite::NoSpelling));
    assert_eq!(refuse("", "A", "x\0y"), Some(CannotWrite::NoSpelling));
    assert_eq!(
        refuse("B=1\nA=\n", "A", "${B}"),
        Some(CannotWrite::NoSpelling)
    );
    for value in ["x", "c"] {
        assert_eq!(
            refuse("B=1\nA=a b\nA=c\n", "A", value),
            Some(CannotWrite::Refused { line: 2 })
        );
    }
}

#[test]
fn a_refused_line_gives_the_key_in_it_and_not_what_runs_into_it() {
    let text = b"APP_KEY=base64:AAA=# do not change\nAPP_KEY=base64:BBB=, see notes\n";
    let found = lines_mentioning_app_key(text);
    let texts: Vec<Vec<&[u8]>> = found
        .iter()
        .map(|l| l.texts.iter().map(SecretBytes::expose).collect())
        .collect();
    assert_eq!(
        texts,
        [vec![&b"base64:AAA="[..]], vec![&b"base64:BBB="[..]]]
    );
}

#[test]
fn trouble_with_the_whole_file_is_told_with_its_line() {
    let told = |text: &[u8]| trouble(text, &nothing);
    let refused = |line, name: Option<&str>, comment| {
        Some(Trouble::Refused {
            refused: RefusedLine {
                line,
                kind: EnvError::SpaceInValue,
            },
            name: name.map(str::to_owned),
            comment,
        })
    };
    let wide: Vec<u8> = "APP_KEY=x\r\nDB_HOST=h\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let cases: [(&[u8], Option<Trouble>); 17] = [
        (b"", Some(Trouble::Empty)),
        (b" \r\n\n", Some(Trouble::Empty)),
        (&[0; 4096], Some(Trouble::Zeros)),
        (&wide, Some(Trouble::Utf16)),
        (&[b"\xff\xfe", &wide[..]].concat(), Some(Trouble::Utf16)),
        (b"A=1\rDB_HOST=h\r", Some(Trouble::CarriageReturns)),
        (b"# note\rDB_HOST=h\r", Some(Trouble::CarriageReturns)),
        (b"\"A\"='1'\rDB_HOST=h", Some(Trouble::CarriageReturns)),
        (
            b"A=1\nAPP_NAME=My Desk\nDB_HOST=h\n",
            refused(2, Some("APP_NAME"), false),
        ),
        (b"DB_HOST=h\nK=v# a note\n", refused(2, Some("K"), true)),
        (b"my secret name=a b\n", refused(1, None, false)),
        (b"APP_KEY=x\n# DB_HOST=h\n", Some(Trouble::NoDatabase)),
        (b"\xef\xbb\xbfDB_HOST=h\n", Some(Trouble::NoDatabase)),
        (b"A=1\nB=\0\0\nDB_HOST=h\n", Some(Trouble::Nul { line: 2 })),
        (b"DB_HOST=h\r", None),
        (b"DB_DATABASE=/x.sqlite", None),
        (b"APP_KEY=x\r\nDB_CONNECTION=pgsql\r\n", None),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), expected, "{:?}", String::from_utf8_lossy(text));
    }
    let process = |name: &[u8]| (name == b"DB_HOST").then(|| b"db".to_vec());
    assert_eq!(trouble(b"APP_KEY=x\n", &process), None);
}

#[test]
fn key_lines_show_every_candidate() {
    let text = b"#APP_KEY=base64:AAA=\nB=a b\n# was base64:XX before, APP_KEY base64:BBB\nAPP_KEY=base64:CCC=base64:DDD==\n\
        OLD_APP_KEY=\"plain key\" # x\nAPP_KEY_FILE=/run/key\nAPP_KEY=base64:EEEbase64:FFF\nAPP_KEY=base64:GGG=\"old one\"\n\
        \xef\xbb\xbfAPP_KEY=h\nAPP_KEY=ii jj\nAPP_KEY=\n";
    let lines = lines_mentioning_app_key(text);
    let found: Vec<(u64, Vec<&[u8]>)> = lines
        .iter()
        .map(|l| (l.line, l.texts.iter().map(|t| t.expose()).collect()))
        .collect();
    let expected: [(u64, Vec<&[u8]>); 8] = [
        (1, vec![b"base64:AAA="]),
        (3, vec![b"base64:XX", b"base64:BBB"]),
        (
            4,
            vec![b"base64:CCC=base64:DDD==", b"base64:DDD==", b"base64:CCC="],
        ),
        (5, vec![b"plain key"]),
        (
            7,
            vec![b"base64:EEEbase64:FFF", b"base64:FFF", b"base64:EEE"],
        ),
        (8, vec![b"base64:GGG=", b"old one"]),
        (9, vec![b"h"]),
        (10, vec![b"ii"]),
    ];
    assert_eq!(found, expected);
}

/// Lines close to the grammar's edges.
fn a_file() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"APP_KEY".to_vec()),
        Just(b"export ".to_vec()),
        Just(b"=".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"'".to_vec()),
        Just(b"\\".to_vec()),
        Just(b" #".to_vec()),
        Just(b" ".to_vec()),
        Just(b"A=1\n".to_vec()),
        Just(b"\nAPP_KEY=".to_vec()),
        Just(b"base64:".to_vec()),
        proptest::collection::vec(any::<u8>(), 1..4),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|p| p.concat())
}

fn all_but(bytes: &[u8], name: &[u8]) -> Vec<(Vec<u8>, Vec<u8>, SetterEffect)> {
    let file = EnvFile::read_lines(bytes, &nothing, false);
    let others = file.assignments().iter().filter(|a| a.name != name);
    others
        .map(|a| (a.name.clone(), a.value.expose().to_vec(), a.standing))
        .collect()
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400), file in a_file()) {
        for bytes in [&bytes, &file] {
            let read = EnvFile::read(bytes, &|_| Some(b"${X}".to_vec()));
            read.env(b"APP_KEY");
            lines_mentioning_app_key(bytes);
        }
    }

    #[test]
    fn plain_lines_mean_the_same_to_both_readers(name in "[A-Za-z_][A-Za-z0-9_]{0,9}", value in "[A-Za-z0-9_:/+=.-]{0,40}") {
        let line = format!("{name}={value}\r");
        let (by_dotenvy, its_value) = plain(line.as_bytes()).unwrap();
        let ours = setter(line.as_bytes()).unwrap();
        prop_assert_eq!(by_dotenvy, ours.name);
        prop_assert_eq!(its_value, read_value(ours.raw).unwrap());
    }

    #[test]
    fn a_written_key_reads_back_and_nothing_else_changes(file in a_file(), value in "[ -~]{32}") {
        match with_value(&file, b"APP_KEY", value.as_bytes()) {
            Ok(new) => {
                let read = EnvFile::read_lines(&new, &nothing, false);
                prop_assert_eq!(read.env(b"APP_KEY"), Env::Text(SecretBytes::from(value.as_bytes())));
                prop_assert_eq!(all_but(&new, b"APP_KEY"), all_but(&file, b"APP_KEY"));
            }
            Err(error) => {
                let line = lines(&file).find(|l| l.setter().is_some_and(|s| s.name == b"APP_KEY")).map(|l| l.number);
                prop_assert_eq!(Some(error), line.map(|line| CannotWrite::Refused { line }));
            }
        }
    }
}
