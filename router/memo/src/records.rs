//! Records: which field of the model holds which element, in the order of the schema.
//!
//! Reader and writer both walk these tables, so neither knows a single element by name.

use std::io::{self, BufRead};

use crate::contents::{Contents, DocumentKind};
use crate::elements::{Element, Kind, element};
use crate::error::ReadError;
use crate::model::*;
use crate::read::Reader;
use crate::values::Value;
use crate::write::Writer;

/// A part of the model that is written as an element with children.
pub(crate) trait Record: Default {
    /// Reads the child at this place of the table.
    fn read_child<R: BufRead, C: Contents>(
        &mut self,
        which: usize,
        element: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError>;

    /// All children have been read.
    fn closed<R: BufRead, C: Contents>(&mut self, _: &mut Reader<'_, R, C>) -> Result<(), ReadError> {
        Ok(())
    }

    /// Writes all children by this table.
    fn write_children(&self, table: &'static [Element], writer: &mut Writer<'_, '_>) -> io::Result<()>;
}

macro_rules! record {
    ($type:ident, $table:ident { $($field:ident: $element:expr;)* }) => {
        pub(crate) const $table: &[Element] = &[$($element),*];
        record!($type { $($field),* });
    };
    ($type:ident { $($field:ident),* }) => {
        impl Record for $type {
            fn read_child<R: BufRead, C: Contents>(
                &mut self,
                which: usize,
                element: &'static Element,
                reader: &mut Reader<'_, R, C>,
            ) -> Result<(), ReadError> {
                #[allow(non_camel_case_types, reason = "places in the table, named as the fields")]
                enum At { $($field),* }
                match which {
                    $(at if at == At::$field as usize => self.$field.read(element, reader),)*
                    _ => Ok(()),
                }
            }

            fn write_children(&self, table: &'static [Element], writer: &mut Writer<'_, '_>) -> io::Result<()> {
                let mut elements = table.iter();
                $(if let Some(element) = elements.next() {
                    self.$field.write(element, writer)?;
                })*
                Ok(())
            }
        }
    };
}

/// memoTextType.
const TEXT: Kind = Kind::Text(256);
/// memoNotificationType.
const NOTIFICATION: Kind = Kind::Text(150);
/// memoCommentType.
const COMMENT: Kind = Kind::Text(512);
/// memoLicenseNumberType.
const LICENSE_NUMBER: Kind = Kind::Text(7);
/// memoPNumberType.
const P_NUMBER: Kind = Kind::Digits(10);
/// memoGLNType.
const GLN_NUMBER: Kind = Kind::Digits(13);

/// The root itself.
pub(crate) const ROOT: Element = element!(one memo:Message, Kind::Record).of(MESSAGE);

record!(Message, MESSAGE {
    header: element!(one memo:MessageHeader, Kind::Record).of(HEADER);
    body: element!(maybe memo:MessageBody, Kind::Record).of(BODY);
});

record!(Header, HEADER {
    message_type: element!(one memo:messageType, Kind::MessageType);
    message_uuid: element!(one memo:messageUUID, Kind::Uuid);
    message_id: element!(maybe memo:messageID, TEXT);
    message_code: element!(maybe memo:messageCode, TEXT);
    label: element!(one memo:label, TEXT);
    notification: element!(maybe memo:notification, NOTIFICATION);
    additional_notification: element!(maybe memo:additionalNotification, TEXT);
    reply: element!(maybe memo:reply, Kind::Bool);
    reply_by: element!(maybe memo:replyByDateTime, Kind::Time);
    do_not_deliver_until: element!(maybe memo:doNotDeliverUntilDate, Kind::Day);
    mandatory: element!(maybe memo:mandatory, Kind::Bool).required_in_1_1();
    legal_notification: element!(maybe memo:legalNotification, Kind::Bool).required_in_1_1();
    post_type: element!(maybe memo:postType, TEXT);
    sender: element!(one memo:Sender, Kind::Record).of(SENDER);
    recipient: element!(one memo:Recipient, Kind::Record).of(RECIPIENT);
    content_data: element!(maybe memo:ContentData, Kind::Record).of(CONTENT_DATA);
    forward_data: element!(maybe memo:ForwardData, Kind::Record).of(FORWARD_DATA);
    reply_data: element!(any memo:ReplyData, Kind::Record).of(REPLY_DATA);
});

record!(Sender, SENDER {
    sender_id: element!(one memo:senderID, TEXT);
    id_type: element!(one memo:idType, TEXT);
    id_type_label: element!(maybe memo:idTypeLabel, TEXT).until_1_1();
    label: element!(one memo:label, TEXT);
    attention: element!(maybe memo:AttentionData, Kind::Record).of(ATTENTION_DATA);
    contact_point: element!(maybe memo:ContactPoint, Kind::Record).of(CONTACT_POINT);
    representative: element!(maybe memo:Representative, Kind::Record).of(REPRESENTATIVE).since_1_2();
});

record!(Representative, REPRESENTATIVE {
    representative_id: element!(one memo:representativeID, TEXT);
    id_type: element!(one memo:idType, TEXT);
    label: element!(one memo:label, TEXT);
});

record!(Recipient, RECIPIENT {
    recipient_id: element!(one memo:recipientID, TEXT);
    id_type: element!(one memo:idType, TEXT);
    id_type_label: element!(maybe memo:idTypeLabel, TEXT).until_1_1();
    label: element!(maybe memo:label, TEXT);
    attention: element!(maybe memo:AttentionData, Kind::Record).of(ATTENTION_DATA);
    contact_point: element!(maybe memo:ContactPoint, Kind::Record).of(CONTACT_POINT);
});

record!(AttentionData, ATTENTION_DATA {
    person: element!(maybe memo:AttentionPerson, Kind::Record).of(ATTENTION_PERSON);
    production_unit: element!(maybe grd:ProductionUnit, Kind::Record).of(PRODUCTION_UNIT);
    gln: element!(maybe gln:GlobalLocationNumber, Kind::Record).of(GLN);
    email: element!(maybe memo:EMail, Kind::Record).of(EMAIL);
    se_number: element!(maybe grd:SEnumber, Kind::Record).of(SE_NUMBER);
    telephone: element!(maybe memo:Telephone, Kind::Record).of(TELEPHONE);
    eid: element!(maybe grd:EID, Kind::Record).of(EID);
    content_responsible: element!(maybe memo:ContentResponsible, Kind::Record).of(CONTENT_RESPONSIBLE);
    generating_system: element!(maybe memo:GeneratingSystem, Kind::Record).of(GENERATING_SYSTEM);
    sor: element!(maybe sor:SORdata, Kind::Record).of(SOR);
    address: element!(maybe grd:Address, Kind::Record).of(ADDRESS);
    unstructured_address: element!(maybe grd:UnstructuredAddress, TEXT).of(UNSTRUCTURED_ADDRESS);
});

record!(AttentionPerson, ATTENTION_PERSON {
    person_id: element!(maybe memo:personID, TEXT);
    label: element!(maybe memo:label, TEXT);
});

record!(ProductionUnit, PRODUCTION_UNIT {
    number: element!(one grd:productionUnitNumber, P_NUMBER);
    name: element!(maybe grd:productionUnitName, TEXT);
});

record!(Gln, GLN {
    number: element!(one gln:globalLocationNumber, GLN_NUMBER);
    location: element!(maybe gln:location, TEXT);
});

record!(Email, EMAIL {
    address: element!(one memo:emailAddress, TEXT);
    related_agent: element!(maybe memo:relatedAgent, TEXT);
});

record!(SeNumber, SE_NUMBER {
    number: element!(one grd:seNumber, TEXT);
    company_name: element!(maybe grd:companyName, TEXT);
});

record!(Telephone, TELEPHONE {
    number: element!(one memo:telephoneNumber, TEXT);
    related_agent: element!(maybe memo:relatedAgent, TEXT);
});

record!(Eid, EID {
    eid: element!(one grd:eID, TEXT);
    label: element!(maybe grd:label, TEXT);
});

record!(ContentResponsible, CONTENT_RESPONSIBLE {
    id: element!(maybe memo:contentResponsibleID, TEXT);
    label: element!(maybe memo:label, TEXT);
});

record!(GeneratingSystem, GENERATING_SYSTEM {
    id: element!(one memo:generatingSystemID, TEXT);
    label: element!(maybe memo:label, TEXT);
});

record!(Sor, SOR {
    identifier: element!(one sor:sorIdentifier, TEXT);
    entry_name: element!(maybe sor:entryName, TEXT);
});

record!(Address, ADDRESS {
    id: element!(maybe grd:id, TEXT);
    address_label: element!(maybe grd:addressLabel, TEXT);
    house_number: element!(maybe grd:houseNumber, TEXT);
    door: element!(maybe grd:door, TEXT);
    floor: element!(maybe grd:floor, TEXT);
    co: element!(maybe grd:co, TEXT);
    zip_code: element!(maybe grd:zipCode, TEXT);
    city: element!(maybe grd:city, TEXT);
    country: element!(maybe grd:country, TEXT);
    point: element!(maybe grd:AddressPoint, Kind::Record).of(ADDRESS_POINT);
});

record!(AddressPoint, ADDRESS_POINT {
    easting: element!(maybe grd:geographicEastingMeasure, TEXT);
    northing: element!(maybe grd:geographicNorthingMeasure, TEXT);
    height: element!(maybe grd:geographicHeightMeasure, TEXT);
});

// Three elements hold a single text each; the model keeps the text alone.
const UNSTRUCTURED_ADDRESS: &[Element] = &[element!(one grd:unstructured, TEXT)];
const PROPERTY_NUMBER: &[Element] = &[element!(one grd:propertyNumber, TEXT)];
const ENTRY_POINT: &[Element] = &[element!(one memo:url, Kind::Link)];

record!(ContactPoint, CONTACT_POINT {
    contact_group: element!(maybe memo:contactGroup, TEXT);
    contact_point_id: element!(one memo:contactPointID, TEXT);
    label: element!(maybe memo:label, TEXT);
    contact_info: element!(up to 2 memo:ContactInfo, Kind::Record).of(LABELLED_VALUE);
});

record!(LabelledValue, LABELLED_VALUE {
    label: element!(one memo:label, TEXT);
    value: element!(one memo:value, TEXT);
});

record!(ContentData, CONTENT_DATA {
    cpr: element!(maybe grd:CPRdata, Kind::Record).of(CPR_DATA);
    cvr: element!(maybe grd:CVRdata, Kind::Record).of(CVR_DATA);
    motor_vehicle: element!(maybe dmv:MotorVehicle, Kind::Record).of(MOTOR_VEHICLE);
    property_number: element!(maybe grd:PropertyNumber, TEXT).of(PROPERTY_NUMBER);
    case_id: element!(maybe memo:CaseID, Kind::Record).of(CASE_ID);
    kle: element!(maybe kle:KLEdata, Kind::Record).of(KLE_DATA);
    form: element!(maybe form:FORMdata, Kind::Record).of(FORM_DATA);
    production_unit: element!(maybe grd:ProductionUnit, Kind::Record).of(PRODUCTION_UNIT);
    education: element!(maybe udd:Education, Kind::Record).of(EDUCATION);
    address: element!(maybe grd:Address, Kind::Record).of(ADDRESS);
    unstructured_address: element!(maybe grd:UnstructuredAddress, TEXT).of(UNSTRUCTURED_ADDRESS);
    additional: element!(up to 10 memo:AdditionalContentData, Kind::Record).of(ADDITIONAL_CONTENT_DATA);
});

record!(CprData, CPR_DATA {
    cpr_number: element!(one grd:cprNumber, TEXT);
    name: element!(maybe grd:name, TEXT);
});

record!(CvrData, CVR_DATA {
    cvr_number: element!(one grd:cvrNumber, TEXT);
    company_name: element!(maybe grd:companyName, TEXT);
});

record!(MotorVehicle, MOTOR_VEHICLE {
    license_number: element!(one dmv:licenseNumber, LICENSE_NUMBER);
    chassis_number: element!(maybe dmv:chassisNumber, TEXT);
});

record!(CaseId, CASE_ID {
    case_id: element!(one memo:caseID, TEXT);
    case_system: element!(one memo:caseSystem, TEXT);
});

record!(KleData, KLE_DATA {
    subject_key: element!(one kle:subjectKey, TEXT);
    version: element!(one kle:version, TEXT);
    activity_facet: element!(maybe kle:activityFacet, TEXT);
    label: element!(one kle:label, TEXT);
});

record!(FormData, FORM_DATA {
    task_key: element!(one form:taskKey, TEXT);
    version: element!(one form:version, TEXT);
    activity_facet: element!(maybe form:activityFacet, TEXT);
    label: element!(one form:label, TEXT);
});

record!(Education, EDUCATION {
    code: element!(one udd:educationCode, TEXT);
    name: element!(maybe udd:educationName, TEXT);
});

record!(AdditionalContentData, ADDITIONAL_CONTENT_DATA {
    data_type: element!(maybe memo:contentDataType, TEXT);
    name: element!(one memo:contentDataName, TEXT);
    value: element!(one memo:contentDataValue, TEXT);
});

record!(ForwardData, FORWARD_DATA {
    message_uuid: element!(one memo:messageUUID, Kind::Uuid);
    original_message_date: element!(one memo:originalMessageDateTime, Kind::Time);
    original_sender: element!(one memo:originalSender, TEXT);
    original_content_responsible: element!(maybe memo:originalContentResponsible, TEXT);
    original_representative: element!(maybe memo:originalRepresentative, TEXT).since_1_2();
    contact_point_id: element!(maybe memo:contactPointID, TEXT);
    comment: element!(maybe memo:comment, COMMENT);
});

record!(ReplyData, REPLY_DATA {
    message_id: element!(maybe memo:messageID, TEXT);
    message_uuid: element!(one memo:messageUUID, Kind::Uuid);
    reply_uuid: element!(maybe memo:replyUUID, Kind::Uuid);
    sender_id: element!(maybe memo:senderID, TEXT);
    recipient_id: element!(maybe memo:recipientID, TEXT);
    case_id: element!(maybe memo:caseID, TEXT);
    contact_point_id: element!(maybe memo:contactPointID, TEXT);
    generating_system_id: element!(maybe memo:generatingSystemID, TEXT);
    comment: element!(maybe memo:comment, COMMENT);
    additional: element!(up to 4 memo:AdditionalReplyData, Kind::Record).of(LABELLED_VALUE);
});

record!(Body, BODY {
    created: element!(one memo:createdDateTime, Kind::Time);
    main_document: element!(one memo:MainDocument, Kind::Document(DocumentKind::Main)).of(MAIN_DOCUMENT);
    additional_documents:
        element!(any memo:AdditionalDocument, Kind::Document(DocumentKind::Additional)).of(ADDITIONAL_DOCUMENT);
    technical_documents:
        element!(any memo:TechnicalDocument, Kind::Document(DocumentKind::Technical)).of(TECHNICAL_DOCUMENT);
});

/// Where [`BODY`] has the additional documents: there a second main document goes, rather than nowhere.
pub(crate) const ADDITIONAL_DOCUMENT_IN_BODY: usize = 2;

record!(Document { id, label, files, actions });

const MAIN_DOCUMENT: &[Element] = &[
    element!(maybe memo:mainDocumentID, TEXT).once_called("documentID"),
    element!(maybe memo:label, TEXT),
    element!(some memo:File, Kind::File).of(FILE),
    element!(any memo:Action, Kind::Record).of(ACTION),
];

const ADDITIONAL_DOCUMENT: &[Element] = &[
    element!(maybe memo:additionalDocumentID, TEXT).once_called("documentID"),
    element!(maybe memo:label, TEXT),
    element!(some memo:File, Kind::File).of(FILE),
    element!(any memo:Action, Kind::Record).of(ACTION),
];

const TECHNICAL_DOCUMENT: &[Element] = &[
    element!(maybe memo:technicalDocumentID, TEXT).once_called("documentID"),
    element!(maybe memo:label, TEXT),
    element!(some memo:File, Kind::File).of(FILE),
];

const FILE: &[Element] = &[
    element!(one memo:encodingFormat, TEXT),
    element!(one memo:filename, Kind::FileName),
    element!(one memo:language, Kind::Language),
    element!(one memo:content, Kind::Content),
];

/// A file by hand, because its content goes elsewhere.
impl Record for File {
    fn read_child<R: BufRead, C: Contents>(
        &mut self,
        which: usize,
        element: &'static Element,
        reader: &mut Reader<'_, R, C>,
    ) -> Result<(), ReadError> {
        match which {
            0 => self.encoding_format.read(element, reader),
            1 => self.filename.read(element, reader),
            2 => self.language.read(element, reader),
            _ => reader.content(self),
        }
    }

    fn closed<R: BufRead, C: Contents>(&mut self, reader: &mut Reader<'_, R, C>) -> Result<(), ReadError> {
        if reader.file_has_content() { Ok(()) } else { reader.no_content(self) }
    }

    fn write_children(&self, table: &'static [Element], writer: &mut Writer<'_, '_>) -> io::Result<()> {
        let [encoding_format, filename, language, content] = table else { return Ok(()) };
        self.encoding_format.write(encoding_format, writer)?;
        self.filename.write(filename, writer)?;
        self.language.write(language, writer)?;
        writer.content(content, self.content)
    }
}

record!(Action, ACTION {
    label: element!(one memo:label, TEXT);
    action_code: element!(one memo:actionCode, TEXT);
    start: element!(maybe memo:startDateTime, Kind::Time);
    end: element!(maybe memo:endDateTime, Kind::Time);
    reservation: element!(maybe memo:Reservation, Kind::Record).of(RESERVATION);
    entry_point: element!(maybe memo:EntryPoint, TEXT).of(ENTRY_POINT);
});

record!(Reservation, RESERVATION {
    description: element!(one memo:description, TEXT);
    reservation_uuid: element!(one memo:reservationUUID, Kind::Uuid);
    summary: element!(one memo:abstract, TEXT);
    location: element!(one memo:location, TEXT);
    start: element!(one memo:startDateTime, Kind::Time);
    end: element!(one memo:endDateTime, Kind::Time);
    organizer_mail: element!(maybe memo:organizerMail, TEXT);
    organizer_name: element!(maybe memo:organizerName, TEXT);
});

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::elements::{Edition, MANY};
    use crate::read::LONGEST_TABLE;

    const CSV: &str = include_str!("../tests/data/memo_elements.csv");

    /// The tables, written as the rows of `memo_elements.csv`.
    fn rows(element: &Element, above: &str, rows: &mut String) {
        assert!(element.children.len() <= LONGEST_TABLE, "{} has too many children", element.name);
        let path = format!("{above}/{}", element.prefixed);
        let most = if element.most == MANY { "n".to_owned() } else { element.most.to_string() };
        // A record that only one version has is missing in the other with all its children.
        write!(rows, "{path}").unwrap();
        for edition in [Edition::V11, Edition::V12] {
            let absent =
                !element.is_in(edition) || edition == Edition::V11 && path.contains("/memo:Representative");
            match absent {
                true => write!(rows, ",-,-").unwrap(),
                false => write!(rows, ",{},{most}", element.least(edition)).unwrap(),
            }
        }
        let (kind, constraint) = match element.kind {
            _ if !element.children.is_empty() => ("element", String::new()),
            Kind::Text(most) => ("text", format!("max {most} characters")),
            Kind::FileName => ("text", "max 256 characters".into()),
            Kind::Digits(most) => ("long", format!("max {}", "9".repeat(most))),
            Kind::Uuid => ("text", "UUID version 4 (see pattern)".into()),
            Kind::Bool => ("boolean", "default false".into()),
            Kind::Time => ("dateTime", "must end in Z".into()),
            Kind::Day => ("date", String::new()),
            Kind::Language => ("language", "max 2 characters".into()),
            Kind::Link => ("anyURI", "max 256 characters".into()),
            Kind::MessageType => ("text", "DIGITALPOST or NEMSMS".into()),
            Kind::Content => ("base64Binary", String::new()),
            Kind::Record | Kind::Document(_) | Kind::File => ("element", String::new()),
        };
        writeln!(rows, ",{kind},{constraint}").unwrap();
        for child in element.children {
            self::rows(child, &path, rows);
        }
    }

    #[test]
    fn the_tables_say_what_the_schema_says() {
        let mut ours = String::new();
        rows(&ROOT, "", &mut ours);
        let theirs = CSV.lines().skip(1).filter(|row| !row.contains("/@"));
        for (ours, theirs) in ours.lines().zip(theirs.clone()) {
            assert_eq!(ours, theirs);
        }
        assert_eq!(ours.lines().count(), theirs.count());
    }
}
