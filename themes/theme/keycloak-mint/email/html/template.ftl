<#-- The frame of every HTML mail. Colours come from the reader's program, so that light and dark both stay legible. -->
<#macro emailLayout>
<!DOCTYPE html>
<html lang="${locale.language}" dir="${(ltr)?then('ltr','rtl')}">
<head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="supported-color-schemes" content="light dark">
    <style>:root { color-scheme: light dark; supported-color-schemes: light dark; }</style>
</head>
<body style="margin: 0; padding: 24px 16px; font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif; font-size: 16px; line-height: 1.5;">
<div style="max-width: 560px; margin: 0 auto; overflow-wrap: anywhere;">
    <#nested>
    <#if realmName??>
    <p style="margin-top: 32px; padding-top: 12px; border-top: 1px solid #808080; font-size: 13px;">${kcSanitize(msg("mintFooter", realmName))?no_esc}</p>
    </#if>
</div>
</body>
</html>
</#macro>
