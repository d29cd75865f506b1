import '../dist/register.js'
