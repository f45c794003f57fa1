//! The one target normaliser: spellings of the same thing, and that doing it twice changes nothing.

use breachscope::format::target::{Target, decode};
use proptest::prelude::*;

#[test]
fn spellings_of_one_path() {
    let table = [
        ("/a/b", "/a/b"),
        ("/a/b/", "/a/b"),
        ("//a///b", "/a/b"),
        ("/a/./b/.", "/a/b"),
        ("/x/../a/b", "/a/b"),
        ("/../a/b/c/..", "/a/b"),
        ("/a/b?x=1", "/a/b"),
        ("/a/b#top", "/a/b"),
        ("/a;v=1/b;jsessionid=9", "/a/b"),
        ("/x/..;/a/b", "/a/b"),
        ("/%61/%62", "/a/b"),
        ("/x/%2e%2E/a/b", "/a/b"),
        ("http://host/a/b", "/a/b"),
        ("https://user@host:8443/a/b/?x", "/a/b"),
        ("/", "/"),
        ("//", "/"),
        ("/..", "/"),
        ("/a/..", "/"),
        ("http://host", "/"),
        ("http://host?x=1", "/"),
        ("", ""),
        ("*", "*"),
        ("host:443", "host:443"),
        // No separator, and no character but a reserved one: each stays what it is.
        ("/a%2fb", "/a%2Fb"),
        ("/a%252Fb", "/a%252Fb"),
        ("/a%3bb", "/a%3Bb"),
        ("/a%20b", "/a%20b"),
        ("/%C3%a9", "/%C3%A9"),
        ("/a\\b", "/a\\b"),
        // A percent sign that begins no escape is one that was not escaped.
        ("/100%", "/100%25"),
        ("/%zz", "/%25zz"),
        ("/%%34%31", "/%2541"),
        ("/.well-known/x", "/.well-known/x"),
        ("/a/..b", "/a/..b"),
        ("/A", "/A"),
    ];
    for (raw, wanted) in table {
        assert_eq!(
            String::from_utf8_lossy(Target::read(raw.as_bytes()).path()),
            wanted,
            "{raw}"
        );
    }
}

#[test]
fn hosts_queries_and_segments() {
    let host = |raw: &'static str| {
        Target::read(raw.as_bytes())
            .host()
            .map(|host| host.to_vec())
    };
    assert_eq!(
        host("http://user:pw@example.org:8080/x"),
        Some(b"example.org".to_vec())
    );
    assert_eq!(host("http://[::1]:80/x"), Some(b"[::1]".to_vec()));
    assert_eq!(host("/http://example.org/x"), None);
    let target = Target::read(b"/a/%37//c?x=1&&y=%C3%A9+%2B&x=&z#frag");
    assert_eq!(target.segments().collect::<Vec<_>>(), [b"a", b"7", b"c"]);
    assert_eq!(target.raw_query(), Some(&b"x=1&&y=%C3%A9+%2B&x=&z"[..]));
    let read: Vec<(String, String)> = target
        .parameters()
        .map(|(k, v)| {
            (
                String::from_utf8_lossy(&k).into(),
                String::from_utf8_lossy(&v).into(),
            )
        })
        .collect();
    let wanted = [("x", "1"), ("y", "é +"), ("x", ""), ("z", "")];
    assert_eq!(read, wanted.map(|(k, v)| (k.to_owned(), v.to_owned())));
    assert_eq!(Target::read(b"/a").raw_query(), None);
    assert_eq!(Target::read(b"/").segments().count(), 0);
}

#[test]
fn decoding_is_done_once() {
    assert_eq!(&*decode(b"a%2Fb%41"), b"a/bA");
    assert_eq!(&*decode(b"%2541"), b"%41");
    assert_eq!(&*decode(b"100%%zz%4"), b"100%%zz%4");
    assert_eq!(&*decode(b"a+b"), b"a+b");
}

/// Bytes that are likely to hit a rule.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "/", "//", ".", "..", ";", "%", "%2e", "%2F", "%25", "%41", "4", "1", "a", "?", "#", "&",
        "=", "+", "http:", ":", "@", "\\", "é",
    ]);
    prop_oneof![
        prop::collection::vec(piece, 0..16).prop_map(|parts| parts.concat().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..60),
    ]
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing(raw in hostile()) {
        let once = Target::read(&raw).path().to_vec();
        let again = Target::read(&once);
        prop_assert_eq!(again.path(), once.as_slice());
    }

    #[test]
    fn a_normal_path_has_no_odd_segment(raw in hostile()) {
        let target = Target::read(&raw);
        for segment in target.segments() {
            prop_assert!(!segment.is_empty() && segment != b"." && segment != b"..");
            prop_assert!(!segment.contains(&b';') && !segment.contains(&b'?'));
        }
        let _ = target.parameters().count();
        let _ = target.host();
    }

    #[test]
    fn escaping_undone_is_what_was_escaped(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let escaped: String = bytes.iter().map(|b| format!("%{b:02x}")).collect();
        prop_assert_eq!(&*decode(escaped.as_bytes()), bytes.as_slice());
    }
}
