// Sends by nodemailer what standard input says as JSON: {"transport": {...}, "mails": [{...}]}; prints what it says of each mail.
"use strict";

const nodemailer = require("nodemailer");

async function main(asked) {
  const transport = nodemailer.createTransport(asked.transport);
  const told = [];
  for (const mail of asked.mails) {
    if (mail.raw) mail.raw = Buffer.from(mail.raw, "base64");
    try {
      const { response, accepted, rejected } = await transport.sendMail(mail);
      told.push({ response, accepted, rejected });
    } catch (error) {
      told.push({ code: error.code, responseCode: error.responseCode, message: error.message });
    }
  }
  transport.close();
  console.log(JSON.stringify(told));
}

main(JSON.parse(require("fs").readFileSync(0, "utf8")));
