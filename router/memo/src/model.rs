//! The message model: every element of MeMo 1.1 and 1.2, in the order of the schema.
//!
//! Names follow MeMo. Text stays text, as long as it came; only what has one meaning is parsed
//! (UUIDs, times, booleans). Document contents are not here: they are streamed to [`crate::Contents`],
//! and a [`File`] keeps where in that stream its content was and how long it is.
//!
//! Source of names, order and cardinality: `spec/memo-format.md` §3.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Meddelelse: one MeMo message without the contents of its documents.
#[doc(alias = "meddelelse")]
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// `memoVersion`, normalised (`1.1` for `1.10`); empty when the attribute was missing.
    pub version: String,
    /// `memoSchVersion`: required in 1.1, gone in 1.2.
    pub schema_version: Option<String>,
    /// The header: who, to whom, what about.
    pub header: Header,
    /// The documents; absent in a NemSMS.
    pub body: Option<Body>,
}

/// `messageType`.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MessageType {
    /// `DIGITALPOST`: a letter.
    #[default]
    DigitalPost,
    /// `NEMSMS`: a text message, without documents.
    NemSms,
    /// Another value, kept as it came.
    Other(String),
}

/// `MessageHeader`.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// Letter or NemSMS.
    pub message_type: MessageType,
    /// The message's global identity; ours and everybody's idempotency key.
    pub message_uuid: Uuid,
    /// The sender's own identity of the message.
    pub message_id: Option<String>,
    /// The sender's code for the kind of letter; means something only together with the sender.
    pub message_code: Option<String>,
    /// Title of the letter.
    pub label: String,
    /// Text of the notification by SMS or e-mail, at most 150 characters.
    pub notification: Option<String>,
    /// A longer notification text.
    pub additional_notification: Option<String>,
    /// May the recipient answer? Absent means no.
    pub reply: Option<bool>,
    /// Deadline for an answer.
    pub reply_by: Option<Timestamp>,
    /// Not to be delivered before this date.
    pub do_not_deliver_until: Option<Date>,
    /// Sent although the recipient is exempt from Digital Post. Absent means no.
    pub mandatory: Option<bool>,
    /// Service of documents (forkyndelse). Absent means no.
    #[doc(alias = "forkyndelse")]
    pub legal_notification: Option<bool>,
    /// Mail to the authority as authority (`MYNDIGHEDSPOST`), or as a company.
    pub post_type: Option<String>,
    /// Who sent it.
    pub sender: Sender,
    /// Who is to have it.
    pub recipient: Recipient,
    /// What it is about.
    pub content_data: Option<ContentData>,
    /// Present on a forwarded message.
    pub forward_data: Option<ForwardData>,
    /// Return data; grows along a thread.
    pub reply_data: Vec<ReplyData>,
}

/// `Sender` (afsender).
#[doc(alias = "afsender")]
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sender {
    /// CPR (10 digits) or CVR (8 digits).
    pub sender_id: String,
    /// `CPR` or `CVR`, in either case.
    pub id_type: String,
    /// 1.1 only.
    pub id_type_label: Option<String>,
    /// Name.
    pub label: String,
    /// Marks of the sending unit, person or system.
    pub attention: Option<AttentionData>,
    /// The sender's contact point: where an answer should go.
    pub contact_point: Option<ContactPoint>,
    /// Who sends on behalf of the sender; 1.2 only.
    pub representative: Option<Representative>,
}

/// `Representative`, 1.2 only.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Representative {
    /// CPR or CVR.
    pub representative_id: String,
    /// `CPR` or `CVR`.
    pub id_type: String,
    /// Name.
    pub label: String,
}

/// `Recipient` (modtager).
#[doc(alias = "modtager")]
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Recipient {
    /// CVR of the authority, for inbound mail.
    pub recipient_id: String,
    /// `CPR` or `CVR`.
    pub id_type: String,
    /// 1.1 only.
    pub id_type_label: Option<String>,
    /// Name.
    pub label: Option<String>,
    /// Who inside the authority should have it.
    pub attention: Option<AttentionData>,
    /// The contact point that the writer chose: the main routing key.
    pub contact_point: Option<ContactPoint>,
}

/// `AttentionData`: persons, units and systems on either side.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AttentionData {
    /// A named person.
    pub person: Option<AttentionPerson>,
    /// P-number of a unit.
    pub production_unit: Option<ProductionUnit>,
    /// GLN (EAN) of a unit.
    pub gln: Option<Gln>,
    /// Mailbox of a unit or person.
    pub email: Option<Email>,
    /// SE number.
    pub se_number: Option<SeNumber>,
    /// Telephone.
    pub telephone: Option<Telephone>,
    /// Electronic identity of an employee.
    pub eid: Option<Eid>,
    /// Who answers for the content.
    pub content_responsible: Option<ContentResponsible>,
    /// The system that made the message.
    pub generating_system: Option<GeneratingSystem>,
    /// Health organisation code.
    pub sor: Option<Sor>,
    /// Address.
    pub address: Option<Address>,
    /// Address in one text.
    pub unstructured_address: Option<String>,
}

// Everything here can hold personal data, so nothing here prints its content: a message and its header show
// their identity, everything else shows its name alone.

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted_with_uuid(f, "Message", &self.header.message_uuid)
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted_with_uuid(f, "Header", &self.message_uuid)
    }
}

impl fmt::Debug for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MessageType::DigitalPost => "DigitalPost",
            MessageType::NemSms => "NemSms",
            MessageType::Other(_) => "Other(…)",
        })
    }
}

/// The first four hexadecimal digits tell two messages of one log apart without being a key to either.
fn redacted_with_uuid(f: &mut fmt::Formatter<'_>, name: &str, uuid: &Uuid) -> fmt::Result {
    let [first, second, ..] = uuid.as_bytes();
    write!(f, "{name}({first:02x}{second:02x}…)")
}

macro_rules! redacted {
    ($($name:ident),* $(,)?) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

redacted!(Sender, Representative, Recipient, AttentionData);

macro_rules! records {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),* }

        redacted!($name);
    )*};
}

records! {
    /// `AttentionPerson`: a named person.
    AttentionPerson {
        /// Identity in the owner's system.
        person_id: Option<String>,
        /// Name.
        label: Option<String>,
    }
    /// `ProductionUnit`: a unit by its P-number.
    ProductionUnit {
        /// P-number, at most 10 digits, as it was written.
        number: String,
        /// Name.
        name: Option<String>,
    }
    /// `GlobalLocationNumber`: a unit by its GLN (EAN).
    Gln {
        /// GLN, at most 13 digits, as it was written.
        number: String,
        /// Place.
        location: Option<String>,
    }
    /// `EMail`.
    Email {
        /// The address.
        address: String,
        /// Whose it is.
        related_agent: Option<String>,
    }
    /// `SEnumber`.
    SeNumber {
        /// The SE number.
        number: String,
        /// Company name.
        company_name: Option<String>,
    }
    /// `Telephone`.
    Telephone {
        /// The number.
        number: String,
        /// Whose it is.
        related_agent: Option<String>,
    }
    /// `EID`: electronic identity of an employee, such as `CVR:12345678-RID:1234567890123`.
    Eid {
        /// The identity.
        eid: String,
        /// Name.
        label: Option<String>,
    }
    /// `ContentResponsible`: who answers for the content.
    ContentResponsible {
        /// Identity.
        id: Option<String>,
        /// Name.
        label: Option<String>,
    }
    /// `GeneratingSystem`: the system that made the message.
    GeneratingSystem {
        /// Identity.
        id: String,
        /// Name.
        label: Option<String>,
    }
    /// `SORdata`: health organisation.
    Sor {
        /// SOR code.
        identifier: String,
        /// Name.
        entry_name: Option<String>,
    }
    /// `Education`.
    Education {
        /// UDD code.
        code: String,
        /// Name.
        name: Option<String>,
    }
    /// `Address`; the street stands in `address_label`.
    Address {
        /// Identity of the address.
        id: Option<String>,
        /// Street name.
        address_label: Option<String>,
        /// House number.
        house_number: Option<String>,
        /// Door.
        door: Option<String>,
        /// Floor.
        floor: Option<String>,
        /// Care of.
        co: Option<String>,
        /// Postal code.
        zip_code: Option<String>,
        /// Town.
        city: Option<String>,
        /// Country.
        country: Option<String>,
        /// Coordinates.
        point: Option<AddressPoint>,
    }
    /// `AddressPoint`: coordinates, as text.
    AddressPoint {
        /// Easting.
        easting: Option<String>,
        /// Northing.
        northing: Option<String>,
        /// Height.
        height: Option<String>,
    }
    /// `ContactPoint` (kontaktpunkt).
    ContactPoint {
        /// Group in the contact structure.
        contact_group: Option<String>,
        /// UUID in the authority's own contact structure; text in the schema.
        contact_point_id: String,
        /// Name.
        label: Option<String>,
        /// Up to two answers that the contact point asked the writer for.
        contact_info: Vec<LabelledValue>,
    }
    /// A label and its value: `ContactInfo` and `AdditionalReplyData`.
    LabelledValue {
        /// What it is.
        label: String,
        /// The value.
        value: String,
    }
    /// `ContentData`: what the message is about. One of each at most.
    ContentData {
        /// The person it is about.
        cpr: Option<CprData>,
        /// The company it is about.
        cvr: Option<CvrData>,
        /// A vehicle.
        motor_vehicle: Option<MotorVehicle>,
        /// A property number.
        property_number: Option<String>,
        /// The case, in the system named.
        case_id: Option<CaseId>,
        /// KLE subject.
        kle: Option<KleData>,
        /// FORM task.
        form: Option<FormData>,
        /// A production unit.
        production_unit: Option<ProductionUnit>,
        /// An education.
        education: Option<Education>,
        /// An address.
        address: Option<Address>,
        /// An address in one text.
        unstructured_address: Option<String>,
        /// Up to ten further values, by agreement between sender and recipient.
        additional: Vec<AdditionalContentData>,
    }
    /// `CPRdata`: the person a message is about.
    CprData {
        /// CPR number.
        cpr_number: String,
        /// Name.
        name: Option<String>,
    }
    /// `CVRdata`: the company a message is about.
    CvrData {
        /// CVR number.
        cvr_number: String,
        /// Name.
        company_name: Option<String>,
    }
    /// `MotorVehicle`.
    MotorVehicle {
        /// Registration plate.
        license_number: String,
        /// Chassis number.
        chassis_number: Option<String>,
    }
    /// `CaseID`: a case number and the system it belongs to.
    CaseId {
        /// Case number.
        case_id: String,
        /// Name of the case system: free text.
        case_system: String,
    }
    /// `KLEdata`: subject by KLE. No pattern in the schema, so any text may stand here.
    KleData {
        /// Subject, such as `28.09.40`.
        subject_key: String,
        /// Edition, free text.
        version: String,
        /// Activity facet, such as `G01`.
        activity_facet: Option<String>,
        /// Title.
        label: String,
    }
    /// `FORMdata`: task by FORM.
    FormData {
        /// Task, such as `59.10.05.10`.
        task_key: String,
        /// Edition, free text.
        version: String,
        /// Activity facet.
        activity_facet: Option<String>,
        /// Title.
        label: String,
    }
    /// `AdditionalContentData`: a value by agreement.
    AdditionalContentData {
        /// Type.
        data_type: Option<String>,
        /// Name.
        name: String,
        /// Value.
        value: String,
    }
    /// `ForwardData`: the message that was forwarded.
    ForwardData {
        /// The forwarded message.
        message_uuid: Option<Uuid>,
        /// When the forwarded message was first received.
        original_message_date: Option<Timestamp>,
        /// Who sent the forwarded message.
        original_sender: String,
        /// Who answered for its content.
        original_content_responsible: Option<String>,
        /// Who sent it on behalf of its sender; 1.2 only.
        original_representative: Option<String>,
        /// Contact point.
        contact_point_id: Option<String>,
        /// The forwarder's comment, at most 512 characters.
        comment: Option<String>,
    }
    /// `ReplyData`: return data of one message of the thread.
    ReplyData {
        /// The writer's own identity of the message.
        message_id: Option<String>,
        /// The message this entry belongs to. `None` when the text there was no UUID.
        message_uuid: Option<Uuid>,
        /// The message that was answered.
        reply_uuid: Option<Uuid>,
        /// Sender.
        sender_id: Option<String>,
        /// Recipient.
        recipient_id: Option<String>,
        /// Case number in the system that made the entry.
        case_id: Option<String>,
        /// Contact point.
        contact_point_id: Option<String>,
        /// The system that made the entry.
        generating_system_id: Option<String>,
        /// Comment, at most 512 characters.
        comment: Option<String>,
        /// Up to four further values.
        additional: Vec<LabelledValue>,
    }
    /// `MessageBody`: the documents.
    Body {
        /// When the letter was made. `None` when the text there was no time.
        created: Option<Timestamp>,
        /// `MainDocument` (hoveddokument). `None` only when a sender broke the schema.
        main_document: Option<Document>,
        /// `AdditionalDocument` (bilag), in order.
        additional_documents: Vec<Document>,
        /// `TechnicalDocument`: for machines, not shown to the reader.
        technical_documents: Vec<Document>,
    }
    /// One document: its files are renditions of it (not every sender keeps to that).
    Document {
        /// `mainDocumentID`, `additionalDocumentID`, `technicalDocumentID`; `documentID` in 1.0.
        id: Option<String>,
        /// Title.
        label: Option<String>,
        /// One or more files.
        files: Vec<File>,
        /// What the reader is asked to do; never on a technical document.
        actions: Vec<Action>,
    }
    /// `File`: a file whose content was streamed to the sink.
    File {
        /// MIME type as the sender gave it.
        encoding_format: String,
        /// File name as the sender gave it: never a path to be used as one.
        filename: String,
        /// Language, two letters.
        language: String,
        /// Place of the content in the stream of contents, from 0.
        content: u32,
        /// Length of the decoded content in bytes.
        size: u64,
    }
    /// `Action`: what the reader is asked to do.
    Action {
        /// Text.
        label: String,
        /// AFTALE, BETALING, SELVBETJENING, INFORMATION, UNDERSKRIV, BEKRAEFT, FORBEREDELSE, TILMELDING.
        action_code: String,
        /// From.
        start: Option<Timestamp>,
        /// To; may lie before the start in real data.
        end: Option<Timestamp>,
        /// An appointment.
        reservation: Option<Reservation>,
        /// A link. Shown, never called.
        entry_point: Option<String>,
    }
    /// `Reservation`: an appointment.
    Reservation {
        /// Description.
        description: String,
        /// Identity.
        reservation_uuid: Option<Uuid>,
        /// Summary.
        summary: String,
        /// Place.
        location: String,
        /// From.
        start: Option<Timestamp>,
        /// To.
        end: Option<Timestamp>,
        /// Organiser's mail address.
        organizer_mail: Option<String>,
        /// Organiser's name.
        organizer_name: Option<String>,
    }
}
