//! Files of figures as offices publish them: years, measures, totals beside their parts, marks in place of numbers.

use std::fmt::Write as _;

use places::import::{AddAreas, AddIndicators, IndicatorsAdded, add_areas, add_indicators};

use crate::support::{Scratch, places_ok, squares};

fn county() -> Scratch {
    let scratch = Scratch::new();
    let file = scratch.write("squares.geojson", squares());
    let request = AddAreas { layer: "sq".into(), files: vec![file], study_area: true, ..Default::default() };
    add_areas(&scratch.workspace, &request).unwrap();
    scratch
}

fn add(scratch: &Scratch, text: impl AsRef<[u8]>, only: &[(&str, &str)]) -> Result<IndicatorsAdded, String> {
    let only = only.iter().map(|(c, v)| ((*c).to_owned(), (*v).to_owned())).collect();
    let request =
        AddIndicators { file: scratch.write("f.csv", text).into(), layer: "sq".into(), only, ..Default::default() };
    add_indicators(&scratch.workspace, &request).map_err(|e| e.to_string())
}

/// Indicators of two areas, as `name=Q1/Q2`; what is missing is empty.
fn figures(scratch: &Scratch) -> Vec<String> {
    let known = scratch.workspace.state().unwrap().indicators().unwrap();
    let mut names: Vec<&String> = known.iter().map(|i| &i.name).collect();
    names.sort();
    names.dedup();
    let of = |name: &str, code: &str| {
        let found = known.iter().find(|i| i.name == name && i.code == code);
        found.map_or(String::new(), |i| i.value.to_string())
    };
    names.iter().map(|name| format!("{name}={}/{}", of(name, "Q1"), of(name, "Q2"))).collect()
}

fn stored(text: impl AsRef<[u8]>, only: &[(&str, &str)]) -> (Vec<String>, String) {
    let scratch = county();
    let added = add(&scratch, text, only).unwrap();
    (figures(&scratch), added.notes.join("\n"))
}

#[test]
fn of_several_years_the_newest_is_taken_and_said() {
    let nomis = "GEOGRAPHY_CODE,DATE_NAME,OBS_VALUE\nQ1,2023,8000\nQ1,2024,8100\nQ2,2023,6000\nQ2,2024,6100\n";
    let (figures, said) = stored(nomis, &[]);
    assert_eq!(figures, ["obs_value=8100/6100"]);
    assert!(said.contains("the newest, 2024, was taken"), "{said}");
    assert_eq!(stored(nomis, &[("date_name", "2023")]).0, ["obs_value=8000/6000"]);
    let mid = "code,period,residents\nQ1,mid-2022,10\nQ1,mid-2021,9\nQ2,mid-2022,20\nQ2,mid-2021,19\n";
    assert_eq!(stored(mid, &[]).0, ["residents=10/20"]);
    // One year alone is a column of years all the same.
    assert_eq!(stored("code,year,residents\nQ1,2021,9\nQ2,2021,19\n", &[]).0, ["residents=9/19"]);
    let twice = "code,year,residents\nQ1,2021,9\nQ1,2021,9\nQ2,2021,19\n";
    let refused = add(&county(), twice, &[]).unwrap_err();
    assert!(refused.contains("lines 2 and 3 are of the same unit (Q1, 2021)"), "{refused}");
}

#[test]
fn totals_are_not_added_to_their_parts() {
    for total in ["All ages", "Persons", "Total", "Everybody here"] {
        let text = format!(
            "area_code,age,residents\nQ1,{total},100\nQ1,0-24,40\nQ1,25+,60\nQ2,{total},200\nQ2,0-24,80\nQ2,25+,120\n"
        );
        let (figures, said) = stored(&text, &[]);
        assert!(figures.contains(&"residents=100/200".to_owned()), "{total}: {figures:?}");
        assert!(figures.contains(&"residents_0_24=40/80".to_owned()), "{total}: {figures:?}");
        assert!(said.contains("is the total"), "{said}");
    }
    let plain = "area_code,age,residents\nQ1,0-24,40\nQ1,25+,60\nQ2,0-24,80\nQ2,25+,120\n";
    assert!(stored(plain, &[]).0.contains(&"residents=100/200".to_owned()));
    let nested = "code,age,n\nQ1,0-15,30\nQ1,0-4,10\nQ1,5-15,20\nQ1,16+,70\nQ2,0-15,3\nQ2,0-4,1\nQ2,5-15,2\nQ2,16+,7\n";
    let (figures, said) = stored(nested, &[]);
    assert!(figures.contains(&"n=100/10".to_owned()), "{figures:?}");
    assert!(said.contains("0-15 hold other kinds"), "{said}");
}

#[test]
fn kinds_of_two_columns_and_measures_are_told_apart() {
    let mut text = "GEOGRAPHY_CODE,GENDER,GENDER_NAME,C_AGE_NAME,MEASURES,MEASURES_NAME,OBS_VALUE\n".to_owned();
    for (area, factor) in [("Q1", 1), ("Q2", 2)] {
        for (code, sex, share) in [(0, "Total", 10), (1, "Male", 4), (2, "Female", 6)] {
            for (age, part) in [("All Ages", 5), ("0 to 15", 2), ("16+", 3)] {
                let n = factor * share * part;
                writeln!(
                    text,
                    "{area},{code},{sex},{age},20100,Value,{n}\n{area},{code},{sex},{age},20301,Percent,9.5"
                )
                .unwrap();
            }
        }
    }
    let (figures, said) = stored(&text, &[]);
    assert!(figures.contains(&"obs_value=50/100".to_owned()), "{figures:?}");
    assert!(figures.contains(&"obs_value_male_16=12/24".to_owned()), "{figures:?}");
    assert!(figures.contains(&"obs_value_female=30/60".to_owned()), "{figures:?}");
    assert_eq!(figures.len(), 9, "{figures:?}");
    assert!(said.contains("only Value was taken"), "{said}");
}

#[test]
fn a_figure_that_is_withheld_is_no_nought() {
    for mark in ["*", "[c]", "..", "<5", "-", "suppressed", ""] {
        let (figures, said) = stored(format!("code,residents,cars\nQ1,{mark},7\nQ2,\"6,100\",8\n"), &[]);
        assert_eq!(figures, ["cars=7/8", "residents=/6100"], "{mark}");
        assert!(said.contains("it is not nought") && said.contains("1 areas (Q1)"), "{mark}: {said}");
    }
    // Of several units one is enough.
    let units = "unit,area,n\nE01000001,Q1,5\nE01000002,Q1,*\nE01000003,Q2,7\n";
    assert_eq!(stored(units, &[]).0, ["n=/7"]);
    let scratch = county();
    let garbage = "code,residents\nQ1,about forty\nQ2,6100\n";
    assert!(add(&scratch, garbage, &[]).unwrap_err().contains("no column holds numbers"));
}

#[test]
fn tables_are_read_as_offices_write_them() {
    let plain = stored("code,residents\nQ1,8000\nQ2,6000\n", &[]).0;
    let utf16: Vec<u8> =
        "\u{feff}code\tresidents\r\nQ1\t8000\r\nQ2\t6000\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files: [&[u8]; 5] = [
        b"\xef\xbb\xbfcode;residents\r\nQ1;8000\r\nQ2;6000\r\n",
        b"sep=;\r\ncode;residents\r\nQ1;8000\r\nQ2;6000\r\n",
        b"\"Population estimates\"\n\"ONS Crown Copyright Reserved\"\n\n\"date\",\"2024\"\n\n\"code\",\"residents\"\n\"Q1\",8000\n\"Q2\",6000\n\n\"Figures are rounded\"\n",
        b"code,residents,\nQ1,8000,\nQ2,6000,\n,,\n",
        &utf16,
    ];
    for file in files {
        assert_eq!(stored(file, &[]).0, plain, "{}", String::from_utf8_lossy(file));
    }
    // Names that one area alone has stand for its code.
    assert_eq!(stored("area,residents\nSquare Q1,8000\nSquare Q2,6000\n", &[]).0, plain);
    assert_eq!(stored("OBJECTID,code,residents,Shape__Area,lat\n1,Q1,8000,5.5,52\n2,Q2,6000,6.5,52\n", &[]).0, plain);
}

#[test]
fn areas_that_a_file_does_not_have_are_said_and_have_no_rate() {
    let scratch = county();
    let said = add(&scratch, "code,residents\nQ2,9000\nQ3,8000\nQ4,8000\n", &[]).unwrap().notes.join("\n");
    assert!(said.contains("1 of 4 areas are not in the file (Q1)"), "{said}");
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let mapping = scratch.write("m.toml", "source = \"asb\"\n[columns]\nid = \"Ref\"\nwhen = \"Date\"\ncategory = \"Type\"\nlon = \"Lon\"\nlat = \"Lat\"\n");
    let file = scratch.write("a.csv", "Ref,Date,Type,Lon,Lat\n1,2025-01-02,Noise,1.0512,52.5512\n");
    places_ok(&["--workspace", &root, "import", &file, "--mapping", &mapping]);
    let csv = places_ok(&[
        "--workspace",
        &root,
        "count",
        "--by",
        "area:sq",
        "--rate",
        "residents",
        "--zeros",
        "--format",
        "csv",
    ]);
    assert!(csv.contains("Q1,Square Q1,1,,\n"), "{csv}");
    let old = add(&scratch, "MSOA11CD,residents\nE02000001,5\n", &[]).unwrap_err();
    assert!(old.contains("--lookup"), "{old}");
}

#[test]
fn names_that_look_like_totals_must_add_up() {
    let kinds = |of: &[(&str, [i64; 3])]| {
        let mut text = "code,kind,n\n".to_owned();
        for (kind, figures) in of {
            for (area, n) in ["Q1", "Q2", "Q3"].iter().zip(figures) {
                writeln!(text, "{area},{kind},{n}").unwrap();
            }
        }
        text
    };
    let total = |of: &[(&str, [i64; 3])]| {
        let (figures, said) = stored(kinds(of), &[]);
        (figures.into_iter().find(|f| f.starts_with("n=")), said)
    };
    let other = [("White", [80, 70, 60]), ("Asian", [10, 20, 30]), ("All other groups", [10, 10, 10])];
    assert_eq!(total(&other).0.as_deref(), Some("n=100/100"));
    let two = [
        ("All ages", [100, 130, 90]),
        ("All 16 to 64", [60, 70, 50]),
        ("0-15", [20, 30, 25]),
        ("16-64", [60, 70, 50]),
        ("65+", [20, 30, 15]),
    ];
    assert_eq!(total(&two).0.as_deref(), Some("n=100/130"));
    let working =
        [("0-15", [20, 30, 25]), ("16-64", [60, 70, 50]), ("65+", [20, 30, 15]), ("Working age", [60, 70, 50])];
    assert_eq!(total(&working).0.as_deref(), Some("n=100/130"));
    // In one of three areas the sum is rounded away.
    let nearly = [("Everybody", [200, 400, 130]), ("A", [80, 150, 50]), ("B", [120, 250, 40])];
    assert!(total(&nearly[..]).0.is_some());
    let unclear = [("0-15", [20, 30, 25]), ("16-64", [60, 70, 50]), ("65+", [20, 30, 15]), ("Students", [7, 9, 3])];
    let (figure, said) = total(&unclear);
    assert!(figure.is_none() && said.contains("no total"), "{figure:?} {said}");
    // An area that lacks a kind which the others have has no total.
    let text = kinds(&[("M", [40, 30, 20]), ("F", [50, 40, 30])]).replace("Q1,F,50\n", "");
    assert!(stored(&text, &[]).0.contains(&"n=/70".to_owned()));
}

#[test]
fn periods_and_measures_are_told_by_what_stands_in_them() {
    for (old, new) in [
        ("Census 2011", "Census 2021"),
        ("2023/24", "2024/25"),
        ("Jun-23", "Jun-24"),
        ("30/06/2023", "30/06/2024"),
        ("2023-Q4", "2024-Q1"),
    ] {
        let text = format!("code,edition,n\nQ1,{old},90\nQ1,{new},100\nQ2,{old},60\nQ2,{new},70\n");
        let (figures, said) = stored(&text, &[]);
        assert_eq!(figures, ["n=100/70"], "{new}: {said}");
        assert!(said.contains(new), "{said}");
    }
    let units = "code,unit,n\nQ1,Number,10\nQ1,Rate,1.5\nQ2,Number,20\nQ2,Rate,2.5\n";
    assert_eq!(stored(units, &[]).0, ["n=10/20"]);
    // Numbers of people that look like years are none.
    assert_eq!(stored("code,residents,cars\nQ1,1950,7\nQ2,2010,8\n", &[]).0, ["cars=7/8", "residents=1950/2010"]);
    let numbered = "OBJECTID,code,n\n1,Q1,100\n2,Q1,100\n3,Q2,50\n";
    assert!(add(&county(), numbered, &[]).unwrap_err().contains("of the same unit"));
    let slip = "code,n\nQ1,abc\nQ2,5\nQ3,6\nQ4,7\nQ5,8\n";
    let (figures, said) = stored(slip, &[]);
    assert_eq!(figures, ["n=/5"]);
    assert!(said.contains("line 2: n \"abc\" is no figure"), "{said}");
}

#[test]
fn areas_with_only_some_of_their_units_are_said() {
    let scratch = county();
    let lookup = "unit,area\nE01000001,Q1\nE01000002,Q1\nE01000003,Q2\n".to_owned();
    add(&scratch, lookup.replace("area\n", "area,n\n").replace("Q1\n", "Q1,5\n").replace("Q2\n", "Q2,7\n"), &[])
        .unwrap();
    let said = add(&scratch, "unit,m\nE01000001,10\nE01000003,12\n", &[]).unwrap().notes.join("\n");
    assert!(said.contains("only some of their units (Q1: 1 of 2)"), "{said}");
    let plain = add(&scratch, "name,k\nSQUARE Q1,5\nsquare q2,6\n", &[]).unwrap();
    assert_eq!(plain.indicators[0].1, 2, "names in any case");
}

#[test]
fn what_was_cut_up_since_is_given_to_no_half() {
    let scratch = county();
    // E02000001 lies in Q1; E02000002 was cut into Q2 and Q3; E02000003 lies in Q3 as well.
    let lookup =
        scratch.write("lookup.csv", "msoa11_code,sq_code\nE02000001,Q1\nE02000002,Q2\nE02000002,Q3\nE02000003,Q3\n");
    let text = "msoa11_code,residents\nE02000001,100\nE02000002,900\nE02000003,50\n";
    let request = AddIndicators {
        file: scratch.write("pop.csv", text).into(),
        layer: "sq".into(),
        lookup: Some(lookup.into()),
        ..Default::default()
    };
    let added = add_indicators(&scratch.workspace, &request).unwrap();
    assert_eq!(figures(&scratch), ["residents=100/"], "no half has the whole");
    let known = scratch.workspace.state().unwrap().indicators().unwrap();
    assert!(!known.iter().any(|i| i.code == "Q3"), "nor is the part that is known the whole of Q3");
    let said = added.notes.join("\n");
    assert!(said.contains("1 units lie in several areas (E02000002 in Q2 and Q3)"), "{said}");
    // The same lookup where nothing was cut up is as before.
    let whole = county();
    let lookup = whole.write("l.csv", "msoa11_code,sq_code\nE02000001,Q1\nE02000002,Q2\nE02000003,Q2\n");
    let file = whole.write("p.csv", text).into();
    let request = AddIndicators { file, layer: "sq".into(), lookup: Some(lookup.into()), ..Default::default() };
    add_indicators(&whole.workspace, &request).unwrap();
    assert_eq!(figures(&whole), ["residents=100/950"]);
}
