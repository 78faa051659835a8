namespace MailModule.Native;
