//! Drafted mappings: what is clear imports as it is drafted, what is not says so.

use std::fmt::Write as _;

use places::import::{ImportRequest, Mapping, Progress, draft_mapping, import};

use crate::support::{Scratch, places_ok, squares};

fn drafted(text: impl AsRef<[u8]>) -> (Scratch, String, String) {
    let scratch = Scratch::new();
    let file = scratch.write("Council ASB 2025.csv", text);
    let draft = draft_mapping(file.as_ref()).unwrap();
    (scratch, file, draft)
}

#[test]
fn a_clear_file_imports_with_the_mapping_as_it_is_drafted() {
    let mut text =
        "Case Ref,Date Reported,Time,ASB Type,Longitude,Latitude,Street,Town,Post Code,Caller Name,Notes\n".to_owned();
    for i in 0..40 {
        let kind = ["Noise", "Litter", "Street drinking"][i % 3];
        writeln!(
            text,
            "ASB-{i:04},{:02}/07/2025,{:02}:15,{kind},1.05,52.55,Rose Lane,Norwich,NR1 {}AA,Jo Bloggs,note {i}",
            1 + i % 28,
            i % 24,
            i % 9
        )
        .unwrap();
    }
    let (scratch, file, draft) = drafted(&text);
    for line in [
        "source = \"council-asb-2025\"",
        "id = \"Case Ref\"",
        "when = \"Date Reported\"",
        "time = \"Time\"",
        "category = \"ASB Type\"",
        "lon = \"Longitude\"",
        "lat = \"Latitude\"",
        "location_text = \"Street\"",
        "locality = \"Town\"",
        "postcode = \"Post Code\"",
        "drop = [\"Caller Name\"]",
        "# not used: Notes",
    ] {
        assert!(draft.contains(line), "{line} is missing in\n{draft}");
    }
    let areas = scratch.write("sq.geojson", squares());
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "areas", "add", "sq", &areas, "--study-area"]);
    let request =
        ImportRequest { files: vec![file], mapping: Some(Mapping::parse(&draft).unwrap()), ..Default::default() };
    let report = import(&scratch.workspace, &request, &Progress::default()).unwrap();
    assert_eq!((report.imported, report.rejected), (40, 0));
}

#[test]
fn forms_that_need_a_word_are_said() {
    let semicolons = "ref;occurred;reported;type;easting;northing\nA1;04-Jul-2025;05-Jul-2025;x;623000;308000\nA2;14-Jul-2025;15-Jul-2025;x;623100;308000\n";
    let (_, _, draft) = drafted(semicolons);
    assert!(draft.contains("delimiter = \";\"") && draft.contains("formats = [\"%d-%b-%Y\"]"), "{draft}");
    assert!(
        draft.contains("when = \"occurred\"") && draft.contains("# unsure: other columns hold dates too: reported"),
        "{draft}"
    );
    assert!(draft.contains("easting = \"easting\"") && Mapping::parse(&draft).is_ok(), "{draft}");
    let american = "id,date,type\n1,07/13/2025,a\n2,07/04/2025,a\n3,12/25/2025,a\n";
    assert!(drafted(american).2.contains("formats = [\"%m/%d/%Y\"]"));
    let either = "id,date,type\n1,07/03/2025,a\n2,07/04/2025,a\n3,12/05/2025,a\n";
    assert!(drafted(either).2.contains("# unsure: day or month first?"));
    let span = "ref,Committed From,Committed To,type\nA,2025-01-02 22:00,2025-01-03 07:00,x\nB,2025-01-05 09:00,,x\n";
    let draft = drafted(span).2;
    assert!(draft.contains("when = \"Committed From\"\nwhen_end = \"Committed To\""), "{draft}");
    assert!(Mapping::parse(&draft).is_ok() && !draft.contains("other columns hold dates"), "{draft}");
    let back = "ref,Valid From,Valid To,type\nA,2025-01-02,2025-01-01,x\nB,2025-01-05,2025-01-04,x\n";
    assert!(!drafted(back).2.contains("when_end"), "an end before its beginning is none");
    let plain = "date,n\n2025-01-02,5\n2025-01-03,6\n";
    let draft = drafted(plain).2;
    assert!(
        draft.contains("category_is = \"incident\"") && draft.contains("# unsure: no column is a reference"),
        "{draft}"
    );
    assert!(Mapping::parse(&draft).is_ok());
    let scratch = Scratch::new();
    let none = scratch.write("n.csv", "a,b\nx,y\nz,w\n");
    assert!(draft_mapping(none.as_ref()).unwrap_err().to_string().contains("no column holds dates"));
}

#[test]
fn the_command_writes_a_new_file_and_never_over_one() {
    let (scratch, file, draft) = drafted("id,date,type\n1,2025-07-13,a\n2,2025-07-04,a\n");
    assert_eq!(places_ok(&["mapping", "draft", &file]), draft);
    let out = scratch.write("there.toml", "mine");
    let refused = crate::support::places(&["mapping", "draft", &file, "-o", &out]);
    assert!(!refused.status.success());
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "mine");
    let new = out.replace("there", "new");
    places_ok(&["mapping", "draft", &file, "-o", &new]);
    assert_eq!(std::fs::read_to_string(new).unwrap(), draft);
}

#[test]
fn codes_of_which_every_row_has_its_own_are_offered_as_the_reference() {
    let table = |code: &dyn Fn(u32) -> String| {
        let row = |i: u32| {
            let kind = ["Noise", "Litter"][i as usize % 2];
            format!("{},{:02}/06/2025,{kind},{},{}\n", code(i), 1 + i, 620_000 + 7 * i, 306_000 + 9 * i)
        };
        let text = (1..=20).map(row).fold("Job No,Date,Type,Easting,Northing\n".to_owned(), |text, row| text + &row);
        drafted(text).2
    };
    for draft in [table(&|i| format!("ASB/{i:05}")), table(&|i| format!("25-{i}-N"))] {
        assert!(draft.contains("# unsure: every row has another value"), "{draft}");
        assert!(draft.contains("id = \"Job No\""), "{draft}");
    }
    // A running number changes with the extract; a code that comes twice is no reference.
    for draft in [table(&|i| i.to_string()), table(&|i| format!("ASB/{}", i / 2))] {
        assert!(!draft.contains("id = \"Job No\"") && draft.contains("no column is a reference"), "{draft}");
    }
}
