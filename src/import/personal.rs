//! Columns that look like personal data: the program keeps none, and asks before it drops any.

/// Why a row is rejected whose reference or category is about a person: cleaned, a reference would be another's, and a
/// category would be one of its own.
pub(super) const NO_CONTACTS: &str = "holds an e-mail address or a telephone number, which are not kept";

/// Words that make a column personal wherever they stand in its name.
const PERSONAL: [&str; 30] = [
    "forename",
    "surname",
    "firstname",
    "lastname",
    "fullname",
    "fname",
    "sname",
    "lname",
    "initials",
    "dob",
    "birth",
    "birthdate",
    "dateofbirth",
    "phone",
    "telephone",
    "mobile",
    "email",
    "mail",
    "nhs",
    "nhsno",
    "nino",
    "passport",
    "victim",
    "offender",
    "suspect",
    "complainant",
    "caller",
    "nominal",
    "upn",
    "postcodehome",
];
/// Words that make `name` the name of something else than a person.
const NOT_A_PERSON: [&str; 36] = [
    "lsoa",
    "msoa",
    "ward",
    "district",
    "area",
    "place",
    "street",
    "road",
    "site",
    "venue",
    "location",
    "town",
    "village",
    "force",
    "station",
    "category",
    "offence",
    "crime",
    "type",
    "school",
    "park",
    "event",
    "file",
    "source",
    "county",
    "parish",
    "beat",
    "region",
    "council",
    "authority",
    "team",
    "building",
    "premises",
    "estate",
    "layer",
    "project",
];

/// Whether a column's name looks like personal data.
pub(super) fn looks_personal(column: &str) -> bool {
    let words = words_of(column);
    let joined = words.concat();
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    let named = words.iter().any(|w| w == "name" || w == "names") && !has(&NOT_A_PERSON);
    has(&PERSONAL) || PERSONAL.contains(&joined.as_str()) || joined.contains("email") || named || joined == "ni"
}

/// Whether a value looks like an e-mail address, a telephone number or an NHS number.
pub(super) fn value_looks_personal(value: &str) -> bool {
    let value = value.trim();
    let email = value
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !value.contains(char::is_whitespace));
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let only = value.chars().all(|c| c.is_ascii_digit() || " +()-".contains(c));
    let phone =
        only && ((digits.len() == 11 && digits.starts_with("07")) || (digits.len() == 12 && digits.starts_with("447")));
    email || phone
}

/// `DateOfBirth`, `date_of_birth` and `Date of Birth` to the same words.
fn words_of(column: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_lower = false;
    for c in column.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before_lower) {
            words.push(String::new());
        }
        before_lower = c.is_lowercase();
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_columns_are_recognised_and_places_are_not() {
        for column in [
            "Name",
            "First Name",
            "DateOfBirth",
            "date_of_birth",
            "DOB",
            "E-mail",
            "Email address",
            "Phone No",
            "mobileNumber",
            "Victim age",
            "Young person name",
            "NHS Number",
            "surname",
        ] {
            assert!(looks_personal(column), "{column}");
        }
        for column in [
            "LSOA name",
            "Ward Name",
            "street_name",
            "Location",
            "Crime type",
            "Month",
            "Venue name",
            "Age band",
            "Ref",
        ] {
            assert!(!looks_personal(column), "{column}");
        }
        assert!(value_looks_personal("jo@example.org") && value_looks_personal("07700 900123"));
        assert!(!value_looks_personal("620000") && !value_looks_personal("met @ the park"));
    }
}
