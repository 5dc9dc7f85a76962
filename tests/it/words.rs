//! One word in several spellings, secrets of people's words, and what imports refuse before it counts.

use std::os::unix::fs::PermissionsExt;

use places::{
    import::{ImportError, ImportRequest, Mapping, Progress, import},
    review,
    workspace::{check, read_incidents},
};
use proptest::prelude::*;

use crate::{
    small_county::{MAPPING, counted, scratch, sheet_of, waiting},
    support::{POLICE_HEADER, Scratch, places, places_ok},
};

const LOG: &str =
    "source = \"log\"\n[columns]\nid = \"Ref\"\nwhen = \"When\"\ncategory = \"Type\"\nlon = \"X\"\nlat = \"Y\"\n";

fn run(scratch: &Scratch, mapping: &str, file: String) -> Result<places::import::ImportReport, ImportError> {
    let mapping = Some(Mapping::parse(mapping).unwrap());
    import(
        &scratch.workspace,
        &ImportRequest { files: vec![file], mapping, ..Default::default() },
        &Progress::default(),
    )
}

/// Every stored file as text, the secret's left out.
fn stored(scratch: &Scratch) -> String {
    let mut text = String::new();
    let mut folders = vec![scratch.workspace.root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path if path.ends_with("secret") => {}
                path => text.push_str(&String::from_utf8_lossy(&fs_err::read(path).unwrap())),
            }
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn spellings_of_one_category_are_one_in_every_answer(seed in 0_u64..1_000) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let spellings = ["Street drinking", "street drinking", "STREET  DRINKING ", "Street\u{a0}drinking", "Street drin\u{200b}king"];
        let mut rows: Vec<String> = (0..60)
            .map(|i| {
                // The first spelling leads whatever the others do.
                let kind = if i < 25 { spellings[0] } else { spellings[1 + rng.usize(0..4)] };
                // A place of its own: files whose rows are alike but for their references are taken for one delivery.
                format!("{i},2025-0{}-05,{kind},{:.3},52.55", 1 + i % 3, 1.02 + 0.001 * f64::from(i))
            })
            .collect();
        rng.shuffle(&mut rows);
        let scratch = Scratch::with_areas();
        for (i, part) in rows.chunks(20).enumerate() {
            let text = format!("Ref,When,Type,X,Y\n{}\n", part.join("\n"));
            scratch.import_mapped(&[scratch.write(&format!("{i}.csv"), text)], LOG);
        }
        prop_assert_eq!(scratch.count(&[("by", "category")]).0, "category,count\nStreet drinking,60\n");
        for asked in ["sTREET dRINKING", " street drinking", "STREET\u{2003}DRINKING"] {
            let (csv, _) = scratch.count(&[("by", "category"), ("category", asked)]);
            prop_assert!(csv.ends_with("Street drinking,60\n"), "{}: {}", asked, csv);
        }
    }
}

#[test]
fn a_definition_in_another_spelling_counts_and_one_that_names_nothing_is_said() {
    let scratch = Scratch::with_areas();
    scratch.import_mapped(
        &[scratch.write(
            "a.csv",
            "Ref,When,Type,X,Y\n1,2025-01-02,Caf\u{e9} fight,1.05,52.55\n2,2025-01-02,Drugs,1.05,52.55\n",
        )],
        LOG,
    );
    let settings = fs_err::read_to_string(scratch.workspace.settings_path()).unwrap();
    let more = "\n[definitions.cafe]\ntitle = \"C\"\ncategories = [\" CAFE\u{301} FIGHT\"]\n\
                [definitions.none]\ntitle = \"N\"\ncategories = [\"Robery\"]\n[definitions.empty]\ntitle = \"E\"\ncategories = []\n";
    fs_err::write(scratch.workspace.settings_path(), settings + more).unwrap();
    assert_eq!(scratch.count(&[("definition", "cafe")]).1["counted"], 1);
    let notes = check(&scratch.workspace, false, false).unwrap().warnings.join("\n");
    assert!(
        notes.contains("definition none") && notes.contains("Robery") && notes.contains("definition empty"),
        "{notes}"
    );
    assert!(!notes.contains("definition cafe"), "{notes}");
}

#[test]
fn words_of_a_mapping_are_compared_folded_and_an_unknown_precision_is_reported() {
    let scratch = Scratch::with_areas();
    let mapping = format!(
        "{LOG}precision = \"Known\"\n[categories]\n\"Anti Social\" = \"ASB\"\n[precision]\nvalues = {{ estate = \"locality\" }}\n"
    );
    let text = "Ref,When,Type,X,Y,Known\n1,2025-01-02,anti  SOCIAL,1.0512,52.5512,Estate \n2,2025-01-02,ASB,1.0512,52.5512,Parish\n3,2025-01-02,asb,1.0512,52.5512,\n";
    let report = run(&scratch, &mapping, scratch.write("p.csv", text)).unwrap();
    assert_eq!(report.unknown_precision.into_iter().collect::<Vec<_>>(), [("Parish".to_owned(), 1)]);
    assert_eq!(scratch.count(&[("by", "category")]).0, "category,count\nASB,3\n");
    let counted = |by: &str| scratch.count(&[("by", by)]).1["counted"].as_u64().unwrap();
    assert_eq!((counted("cell:7"), counted("cell:9"), counted("area:squares")), (2, 1, 2));
    let twice = format!("{LOG}[categories]\nasb = \"ASB\"\nASB = \"Nuisance\"\n");
    assert!(Mapping::parse(&twice).unwrap_err().contains("another spelling"));
}

#[test]
fn two_sources_do_not_differ_in_their_spelling_alone() {
    let scratch = Scratch::with_areas();
    let file = scratch.write("a.csv", "Ref,When,Type,X,Y\n1,2025-01-02,Drugs,1.05,52.55\n");
    scratch.import_mapped(std::slice::from_ref(&file), LOG);
    let error = run(&scratch, &LOG.replace("\"log\"", "\"LOG\""), file).unwrap_err().to_string();
    assert!(error.contains("stored as \"log\""), "{error}");
    let snapshot = scratch.snapshot();
    assert_eq!(
        (
            snapshot.table(crate::support::grant()).source_named(" Log"),
            snapshot.table(crate::support::grant()).source_named("logs")
        ),
        (Some("log"), None)
    );
}

#[test]
fn a_column_of_references_taken_for_categories_is_refused_and_mended() {
    let scratch = Scratch::with_areas();
    let rows = |kind: &dyn Fn(usize) -> String, n: usize| -> String {
        let rows = (0..n).map(|i| format!("{i},2025-01-02,{},1.05,52.55\n", kind(i)));
        format!("Ref,When,Type,X,Y\n{}", rows.collect::<String>())
    };
    let slip = LOG.replace("category = \"Type\"", "category = \"Ref\"");
    let file = scratch.write("a.csv", rows(&|i| format!("kind {}", i % 5), 700));
    let error = run(&scratch, &slip, file.clone()).unwrap_err().to_string();
    assert!(error.contains("\"Ref\"") && error.contains("700"), "{error}");
    assert_eq!(scratch.snapshot().size().incidents, 0);
    assert_eq!(run(&scratch, LOG, file).unwrap().imported, 700);
    let error = run(&scratch, LOG, scratch.write("b.csv", rows(&|i| format!("k{i}"), 6_000))).unwrap_err();
    assert!(matches!(error, ImportError::TooManyCategories { found: 6_000, .. }), "{error}");
    // A hundred kinds are a source like others.
    let report = run(&scratch, LOG, scratch.write("c.csv", rows(&|i| format!("k{}", i % 100), 700))).unwrap();
    assert_eq!(report.updated, 700);
}

#[test]
fn a_quotation_mark_that_swallows_a_row_is_named_with_both_lines() {
    let scratch = Scratch::with_areas();
    let good = |from: usize, n: usize| -> String {
        (from..from + n).map(|i| format!("{i},2025-01-05,Noise,1.05,52.55,x\n")).collect::<Vec<_>>().concat()
    };
    let header = "Ref,When,Type,X,Y,Notes\n";
    let swallows = |row: &str| format!("{header}{row}{}", good(10, 20));
    let category = swallows("1,2025-01-02,\"Noise,1.05,52.55,x\n2,2025-01-03,\"Noise\",1.05,52.55,x\n");
    let notes = swallows("1,2025-01-02,Noise,1.05,52.55,\"Called\n2,2025-01-03,Noise,1.05,52.55,\"x\"\n");
    for (text, field) in [(category, "Type"), (notes, "Notes")] {
        let report = run(&scratch, LOG, scratch.write("q.csv", text)).unwrap();
        let rejection = &report.rejected_rows[0];
        assert_eq!((report.rejected, rejection.field.as_str(), rejection.line), (1, field, 2));
        assert!(rejection.reason.contains("line 2") && rejection.reason.contains("line 3"), "{}", rejection.reason);
        assert!(report.adds_up());
    }
    // A note of several lines with commas in them is one.
    let fine = swallows("1,2025-01-02,Noise,1.05,52.55,\"Called back, late,\nno reply, twice\"\n");
    assert_eq!(run(&scratch, LOG, scratch.write("f.csv", fine)).unwrap().rejected, 0);
}

#[test]
fn a_file_cut_inside_its_last_quoted_field_is_refused_and_one_that_ends_with_a_line_break_is_not() {
    let scratch = Scratch::with_areas();
    let whole = "Ref,When,Type,X,Y,Notes\n1,2025-01-02,Noise,1.0512,52.5512,\"Called back\nand \"\"again\"\"\n\"";
    for text in [whole.to_owned(), format!("{whole}\n"), format!("{whole}\r\n")] {
        assert_eq!(run(&scratch, LOG, scratch.write("w.csv", &text)).unwrap().rows, 1);
    }
    let police = format!("{POLICE_HEADER}x,2025-01,H,H,1.05,52.5,Here,E,E,Robbery,,\"some context\"");
    let start = whole.find('"').unwrap() + 1;
    let gz = |bytes: &[u8]| {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gz, bytes).unwrap();
        gz.finish().unwrap()
    };
    // Behind a mark of a pair the field looks closed; everywhere else it is open.
    let cuts = (start..whole.len()).filter(|&at| whole.is_char_boundary(at) && !whole[..at].ends_with('"'));
    for at in cuts.chain([start]) {
        for (name, bytes) in [("c.csv", whole.as_bytes()[..at].to_vec()), ("c.csv.gz", gz(&whole.as_bytes()[..at]))] {
            let error = run(&scratch, LOG, scratch.write(name, bytes)).unwrap_err().to_string();
            assert!(error.contains("quotation mark is not closed"), "{at} {name}: {error}");
        }
    }
    for at in [police.len() - 1, police.len() - 5] {
        for (name, bytes) in [
            ("2025-01-here-street.csv", police.as_bytes()[..at].to_vec()),
            ("2025-01-here-street.csv.gz", gz(&police.as_bytes()[..at])),
        ] {
            let request = ImportRequest {
                files: vec![scratch.write(name, bytes)],
                source: "police.uk".into(),
                ..Default::default()
            };
            let error = import(&scratch.workspace, &request, &Progress::default()).unwrap_err().to_string();
            assert!(error.contains("quotation mark"), "{error}");
        }
    }
}

#[test]
fn what_is_cleaned_is_cleaned_in_every_field_and_a_withheld_record_leaves_nothing() {
    let scratch = scratch();
    let rows = [
        "1,2026-01-03,Zzed Arms,\"home of John Doe, 12 Nowhere Lane\",HM99 9ZZ,,,",
        "2,2026-01-03,Domestic at 12 Qwyx Street,12 Qwyx Street,HM98 9ZZ,,,",
        "3,2026-01-03,Zzed Arms,John Doe 07700 900123,HM99 9ZZ,,,",
        "4,2026-01-03,Zzed Arms,john.doe@example.org,,,,",
        "5,2026-01-03,,\"lives at 3 Qwyx Street\",,,,",
    ];
    let report = scratch.import_mapped(&[scratch.write("h.csv", sheet_of(&rows))], MAPPING);
    assert_eq!(report.geocoded["withheld"], 2, "{:?}", report.geocoded);
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let told = [
        stored(&scratch),
        places_ok(&["--workspace", &root, "review", "list", "--json"]),
        places_ok(&["--workspace", &root, "review", "export"]),
        format!("{:?}", waiting(&scratch)),
    ];
    for word in ["John", "Doe", "doe@", "900123", "Nowhere", "Qwyx", "HM98"] {
        for text in &told {
            assert!(!text.contains(word), "{word}");
        }
    }
    assert_eq!(waiting(&scratch).values().map(|w| w.1).sum::<u64>(), 3, "what is withheld waits for nobody");
    let state = scratch.workspace.state().unwrap();
    let sets =
        state.partitions().unwrap().into_iter().map(|p| read_incidents(&scratch.workspace.root().join(p.path), true));
    for set in sets.map(Result::unwrap) {
        for i in 0..set.len() {
            let withheld = ["2", "5"].contains(&set.source_ref_of(i));
            assert_eq!(set.text_hash_of(i) == 0, withheld, "{}", set.source_ref_of(i));
        }
    }
}

#[test]
fn addresses_and_telephones_are_no_category_and_no_reference() {
    let scratch = Scratch::with_areas();
    let mapping = LOG.replace("lon =", "keep = [\"Note\"]\nlon =");
    let good = (0..20).map(|i| format!("36/{i:05}/25,2025-01-02,Noise,1.05,52.55,seen\n")).collect::<Vec<_>>().concat();
    let text = format!(
        "Ref,When,Type,X,Y,Note\n{good}a,2025-01-02,ring jo@example.org,1.05,52.55,x\n07700 900123,2025-01-02,Noise,1.05,52.55,x\n\
         b,2025-01-02,Noise,1.05,52.55,call back on +44 7700 900 456 please\n"
    );
    let report = run(&scratch, &mapping, scratch.write("p.csv", text)).unwrap();
    let fields: Vec<&str> = report.rejected_rows.iter().map(|r| r.field.as_str()).collect();
    assert_eq!((report.imported, fields), (21, vec!["Type", "Ref"]));
    let all = stored(&scratch);
    for word in ["jo@example", "900123", "900 456"] {
        assert!(!all.contains(word), "{word}");
    }
}

#[test]
fn digests_of_words_are_keyed_and_differ_between_workspaces() {
    let hashes = |scratch: &Scratch| -> Vec<u64> {
        scratch.import_mapped(&[scratch.write("a.csv", sheet_of(&["1,2026-01-02,the usual spot,,,,,"]))], MAPPING);
        let state = scratch.workspace.state().unwrap();
        let sets = state
            .partitions()
            .unwrap()
            .into_iter()
            .map(|p| read_incidents(&scratch.workspace.root().join(p.path), true));
        sets.flat_map(|set| (0..1).map(move |i| set.as_ref().unwrap().text_hash_of(i)).collect::<Vec<_>>()).collect()
    };
    let (a, b) = (scratch(), scratch());
    assert_ne!(hashes(&a), hashes(&b));
    let mode = |path: &std::path::Path| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&a.workspace.secret_path()), 0o600);
    fs_err::write(a.workspace.secret_path(), b"short").unwrap();
    let error = a.workspace.secret().unwrap_err().to_string();
    assert!(error.contains("5 bytes"), "{error}");
}

#[test]
fn a_backup_holds_no_secret_and_what_was_decided_is_not_followed_elsewhere_without_a_word() {
    let scratch = scratch();
    let rows = ["1,2026-01-02,the usual spot,,,,,", "2,2026-02-02,the usual spot,,,,,"];
    let file = scratch.write("a.csv", sheet_of(&rows));
    scratch.import_mapped(std::slice::from_ref(&file), MAPPING);
    let (id, _) = waiting(&scratch)["the usual spot||"].clone();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "review", "decide", &id, "1.15,52.55", "--as", "Ann"]);
    let (backup, there) = (scratch.folder.path().join("b.tar"), scratch.folder.path().join("there"));
    places_ok(&["--workspace", &root, "backup", &backup.to_string_lossy()]);
    places_ok(&["--workspace", &there.to_string_lossy(), "restore", &backup.to_string_lossy()]);
    assert!(!there.join("secret").exists());
    let restored = Scratch {
        folder: tempfile::tempdir().unwrap(),
        workspace: places::workspace::Workspace::open(&there).unwrap(),
    };
    assert_eq!(counted(&restored), 2, "stored records stay where they were put");
    let more = restored.write("more.csv", sheet_of(&["3,2026-03-02,the usual spot,,,,,"]));
    let report = restored.import_mapped(std::slice::from_ref(&more), MAPPING);
    assert_eq!((report.decisions_not_followed, counted(&restored)), (1, 2));
    assert_eq!(review::undo(&restored.workspace, None).unwrap().records, 2, "and the decision can be taken back");
    // With the secret carried over the decision is followed.
    let carried = scratch.folder.path().join("carried");
    places_ok(&["--workspace", &carried.to_string_lossy(), "restore", &backup.to_string_lossy()]);
    fs_err::copy(scratch.workspace.secret_path(), carried.join("secret")).unwrap();
    let carried = Scratch {
        folder: tempfile::tempdir().unwrap(),
        workspace: places::workspace::Workspace::open(&carried).unwrap(),
    };
    let report = carried.import_mapped(&[more], MAPPING);
    assert_eq!((report.decisions_not_followed, counted(&carried)), (0, 3));
}

#[test]
fn records_known_by_their_words_are_not_doubled_after_a_restore() {
    let scratch = scratch();
    let mapping = MAPPING.replace("id = \"Id\"\n", "");
    let file = scratch.write("a.csv", sheet_of(&["1,2026-01-02,\"Mill Lane, Alderby\",,,,,"]));
    scratch.import_mapped(std::slice::from_ref(&file), &mapping);
    assert_eq!(scratch.import_mapped(std::slice::from_ref(&file), &mapping).duplicates, 1);
    fs_err::remove_file(scratch.workspace.secret_path()).unwrap();
    let error = run(&scratch, &mapping, file.clone()).unwrap_err();
    assert!(matches!(error, ImportError::OtherSecret { .. }), "{error}");
    let request = ImportRequest {
        files: vec![file],
        mapping: Some(Mapping::parse(&mapping).unwrap()),
        replace: true,
        ..Default::default()
    };
    import(&scratch.workspace, &request, &Progress::default()).unwrap();
    assert_eq!(scratch.snapshot().size().incidents, 1);
}

#[test]
fn sheets_and_answers_in_files_are_for_their_owner_alone() {
    let scratch = scratch();
    scratch.import_mapped(&[scratch.write("a.csv", sheet_of(&["1,2026-01-02,the usual spot,,,,,"]))], MAPPING);
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let there = scratch.write("queue.csv", "there before");
    fs_err::set_permissions(&there, std::fs::Permissions::from_mode(0o644)).unwrap();
    for arguments in [vec!["review", "export", "-o"], vec!["count", "--by", "area:squares", "-o"]] {
        let output = places(&[&["--workspace", &root], arguments.as_slice(), &[&there]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fs_err::metadata(&there).unwrap().permissions().mode() & 0o777, 0o600, "{arguments:?}");
        fs_err::set_permissions(&there, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
}

/// Makes of a workspace what an older version would have left: digests that no secret keys, and decisions that do not
/// know what each record had.
fn as_older(scratch: &Scratch, words: &[&str]) {
    use places::workspace::{Commit, ReviewDecision, ReviewItem};
    let secret = scratch.workspace.secret().unwrap();
    let unkeyed = |words: &str| {
        let hash = blake3::derive_key("places location_text_hash v1", words.as_bytes());
        u64::from_le_bytes(*hash.first_chunk().unwrap())
    };
    let table: std::collections::HashMap<u64, u64> =
        words.iter().map(|w| (secret.keyed(unkeyed(w)), unkeyed(w))).collect();
    let back = |hash: u64| table.get(&hash).copied().unwrap_or(hash);
    let id = |id: &str| format!("{:016x}", back(u64::from_str_radix(id, 16).unwrap()));
    let lock = scratch.workspace.lock().unwrap();
    let mut commit = Commit::begin(&scratch.workspace, &lock).unwrap();
    for partition in commit.state().partitions().unwrap() {
        let mut set = read_incidents(&scratch.workspace.root().join(&partition.path), true).unwrap();
        set.rekey_words(back, false);
        let file = Commit::write_partition(&scratch.workspace, &partition.source, partition.month, &set).unwrap();
        commit.set_partition(&partition.source, partition.month, &file, set.len()).unwrap();
    }
    let items = commit.state().review_items().unwrap().into_iter();
    let items: Vec<ReviewItem> =
        items.map(|i| ReviewItem { id: id(&i.id), locality: "home of John Doe".into(), ..i }).collect();
    commit.set_review_items(&items).unwrap();
    for decision in commit.state().review_decisions().unwrap() {
        commit.undo_decision(decision.number).unwrap();
        let mut choice: serde_json::Value = serde_json::from_str(&decision.choice).unwrap();
        for new in ["was", "secret", "pending", "second", "record"] {
            choice.as_object_mut().unwrap().remove(new);
        }
        choice["items"] = serde_json::json!([]);
        commit
            .add_decision(&ReviewDecision { item: id(&decision.item), choice: choice.to_string(), ..decision })
            .unwrap();
    }
    commit.finish().unwrap();
    drop(lock);
    let state = rusqlite::Connection::open(scratch.workspace.state_path()).unwrap();
    state.execute("DELETE FROM meta WHERE key = 'secrets'", []).unwrap();
    fs_err::remove_file(scratch.workspace.secret_path()).unwrap();
}

#[test]
fn an_older_workspace_is_keyed_where_it_lies_and_its_decisions_are_followed() {
    let scratch = scratch();
    let rows = [
        "1,2026-01-02,Tesco,,,,,",
        "2,2026-01-02,Tesco,,,,,",
        "3,2026-01-02,High Street,,,,,",
        "4,2026-01-02,Rose Lane,,,,,",
    ];
    let file = scratch.write("a.csv", sheet_of(&rows));
    scratch.import_mapped(std::slice::from_ref(&file), MAPPING);
    let choice = |lon: f64| places::import::Choice::Place {
        lon,
        lat: 52.55,
        class: "street".into(),
        radius_m: 60.0,
        name: "x".into(),
    };
    review::decide(&scratch.workspace, &waiting(&scratch)["Tesco||"].0, choice(1.15), "Ann").unwrap();
    as_older(&scratch, &["Tesco", "High Street", "Rose Lane"]);
    let old = review::queue(&scratch.workspace).unwrap().items.remove(0);
    let listed = &scratch.workspace.state().unwrap().review_items().unwrap()[0].locality;
    assert_eq!((listed.as_str(), old.locality.contains("Doe"), counted(&scratch)), ("home of John Doe", false, 3));
    // The identity that the older version told still names the wording.
    review::decide(&scratch.workspace, &old.id, choice(1.05), "Ann").unwrap();
    assert_eq!(counted(&scratch), 4);
    let report = scratch.import_mapped(std::slice::from_ref(&file), MAPPING);
    assert_eq!((report.duplicates, report.updated, counted(&scratch)), (4, 0, 4), "both decisions are followed");
    let more = scratch.write("more.csv", sheet_of(&["5,2026-02-02,Tesco,,,,,"]));
    assert_eq!((scratch.import_mapped(&[more], MAPPING).imported, counted(&scratch)), (1, 5));
    assert_eq!(review::undo(&scratch.workspace, None).unwrap().records, 1);
    assert!(waiting(&scratch).keys().all(|k| !k.contains("Doe")), "what waits was cleaned on the way");
    let made = review::undo(&scratch.workspace, None).unwrap();
    assert!(made.import_again && made.records == 3, "what each had is not known: {made:?}");
    assert_eq!((counted(&scratch), scratch.import_mapped(&[file], MAPPING).rows), (1, 4));
    assert!(check(&scratch.workspace, true, false).unwrap().problems.is_empty());
}
